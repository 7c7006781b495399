import { expect, test } from 'vitest';
import {
  driftOf,
  type Evidence,
  migrationsChecksum,
  schemaChecksum,
  whyStale,
} from '../../../../src/domain/migration/evidence.ts';
import type { SchemaObject } from '../../../../src/domain/migration/fidelity/snapshot.ts';

const then: Evidence = {
  oldArtifact: 'directory:sha256:1',
  newArtifact: 'directory:sha256:2',
  migrations: 'm',
  baseSchema: 's',
  server: 'postgres 18',
};

test('a result holds while nothing that it is bound to changed', () => {
  expect(whyStale(then, { ...then })).toBeNull();
});

test.each([
  [{ oldArtifact: 'directory:sha256:9' }, 'another release serves now'],
  [{ newArtifact: 'directory:sha256:9' }, 'another artifact is to be deployed'],
  [{ migrations: 'n' }, 'the migrations changed'],
  [{ baseSchema: 't' }, 'the schema of the target changed'],
  [{ server: 'postgres 15' }, 'it ran on postgres 18, and the target is postgres 15'],
])('a result is stale with %j', (changed, why) => {
  expect(whyStale(then, { ...then, ...changed })).toBe(why);
});

test('a changed down script changes the checksum of the migrations', async () => {
  const script = (text: string) => ({ path: 'a.sql', text, firstLine: 1, noTransaction: false });
  const migration = { version: '1', name: 'a', checksum: 'c', up: script('SELECT 1') };
  const before = await migrationsChecksum([{ ...migration, down: script('SELECT 2') }]);
  expect(await migrationsChecksum([{ ...migration, down: script('SELECT 3') }])).not.toBe(before);
});

const table: SchemaObject = { kind: 'column', name: 'public.a.id', definition: 'integer' };
const owner = (name: string): SchemaObject => ({ kind: 'access to', name: 'public.a', definition: `owner ${name}` });
const index = (definition: string): SchemaObject => ({ kind: 'index', name: 'public.i', definition });

test('a view is the same whichever major version wrote it down, and another one when it reads something else', async () => {
  const view = (definition: string): SchemaObject => ({ kind: 'view', name: 'public.rare', definition });
  const older = view(' SELECT goods.id,\n    goods.stock\n   FROM public.goods\n  WHERE (goods.stock < 10);');
  const newer = view(' SELECT id,\n    stock\n   FROM public.goods\n  WHERE (stock < 10);');
  expect(driftOf([older], [newer])).toEqual({ broken: [], harmless: [] });
  expect(driftOf([older], [view(' SELECT id FROM public.goods WHERE (stock < 20);')]).broken).toHaveLength(1);
});

test('the owner of a table is not part of its structure', async () => {
  expect(await schemaChecksum([table, owner('app')])).toBe(await schemaChecksum([table, owner('postgres')]));
  expect(driftOf([table, owner('app')], [table, owner('postgres')])).toEqual({ broken: [], harmless: [] });
});

test('an index that somebody added by hand is told, a unique one or a missing column is drift', () => {
  expect(driftOf([table], [table, index('CREATE INDEX i ON a (id)')])).toMatchObject({
    broken: [],
    harmless: [{ kind: 'added' }],
  });
  expect(driftOf([table], [table, index('CREATE UNIQUE INDEX i ON a (id)')])).toMatchObject({
    broken: [{ kind: 'added' }],
    harmless: [],
  });
  expect(driftOf([table], [])).toMatchObject({ broken: [{ kind: 'missing', object: 'column public.a.id' }] });
});
