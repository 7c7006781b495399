import { expect, test } from 'vitest';
import { compareMigrations } from '../../../../src/domain/migration/compare.ts';
import { contractsOf, type ServingRelease, splitPending } from '../../../../src/domain/migration/contract.ts';
import type { AppliedMigration, Migration, Progress } from '../../../../src/domain/migration/migration.ts';

const migration = (version: string, text = 'SELECT 1'): Migration => ({
  version,
  name: 'x',
  checksum: `sum${version}`,
  up: { path: `migrations/${version}_x.sql`, text, firstLine: 1, noTransaction: false },
  down: null,
});
const contract = (version: string): Migration => migration(version, '-- fairway: contract\nDROP TABLE old;');

const applied = (version: string, unfinished: Progress | null = null): AppliedMigration => ({
  version,
  name: 'x',
  checksum: `sum${version}`,
  appliedAt: '2026-01-14T09:30:00.000Z',
  durationMs: 12,
  unfinished,
});

const tree = [migration('0001'), migration('0002'), contract('0003')];
const baking: ServingRelease = {
  version: '1.1.0',
  contracts: ['0003'],
  bakedAt: null,
  bakesUntil: '2026-01-14T10:00:00.000Z',
};
const baked: ServingRelease = { ...baking, bakedAt: '2026-01-14T10:00:00.100Z' };

function split(has: readonly AppliedMigration[], serving: ServingRelease | null, migrations = tree) {
  const { pending } = compareMigrations({ migrations, problems: [] }, has);
  const { due, waiting } = splitPending(pending, serving);
  return {
    due: due.map((one) => one.migration.version),
    waiting: waiting.map((one) => [one.migration.version, one.why]),
  };
}

test('a contract step waits while the release that serves may use what it removes', () => {
  expect(split([applied('0001')], { ...baked, version: '1.0.0', contracts: [] })).toEqual({
    due: ['0002'],
    waiting: [['0003', '1.0.0, which serves, may still use what it removes']],
  });
});

test('a contract step waits while the release that brought it bakes', () => {
  expect(split([applied('0001'), applied('0002')], baking)).toEqual({
    due: [],
    waiting: [['0003', '1.1.0 bakes until 2026-01-14T10:00:00.000Z']],
  });
});

test('a contract step is due once the release that brought it has baked', () => {
  expect(split([applied('0001'), applied('0002')], baked)).toEqual({ due: ['0003'], waiting: [] });
});

test('where nothing serves every migration is due, in the order of the tree', () => {
  expect(split([], null)).toEqual({ due: ['0001', '0002', '0003'], waiting: [] });
});

test('a contract step that an earlier run began is brought to its end', () => {
  const begun = applied('0003', { statementsDone: 1, doneChecksum: 'x', inDoubt: false });

  expect(split([applied('0001'), applied('0002'), begun], baking)).toEqual({ due: ['0003'], waiting: [] });
});

test('a contract step that waited while later versions were applied is not out of order', () => {
  const migrations = [...tree, migration('0004')];
  const has = [applied('0001'), applied('0002'), applied('0004')];

  expect(compareMigrations({ migrations, problems: [] }, has).problems).toEqual([]);
  expect(split(has, baked, migrations)).toEqual({ due: ['0003'], waiting: [] });
});

test('a release knows the contract steps of its tree', () => {
  expect(contractsOf(tree)).toEqual(['0003']);
});
