import { afterAll, beforeAll, expect, test } from 'vitest';
import { rehearse, refuseImpossible } from '../../../src/stages/rehearse.ts';
import { type About, type RehearseWorld, rehearseWorld } from './rehearse-world.ts';

let here: RehearseWorld;

beforeAll(async () => {
  here = await rehearseWorld();
});

afterAll(async () => {
  const left = await here.ports.files.list(`${here.world.context.stateDirectory}/rehearsals`);
  await here.world.remove();
  expect(left).toEqual([]);
});

const base = {
  '0001_products.sql':
    'CREATE TABLE products (id int PRIMARY KEY, title text NOT NULL);\nINSERT INTO products VALUES (1, $$pen$$);',
};
const old = {
  READ: 'SELECT id, title FROM products',
  WRITE: "INSERT INTO products VALUES ((SELECT max(id) + 1 FROM products), 'old')",
};

const run = async (about: Partial<About>) =>
  await rehearse(await here.input({ base, pending: {}, old, new: old, ...about }), here.ports);

test('an additive migration lets the old release go on with what the new one wrote', async () => {
  const result = await run({
    pending: { '0002_price.sql': 'ALTER TABLE products ADD price numeric;' },
    new: {
      READ: 'SELECT id, title, price FROM products',
      WRITE: "INSERT INTO products VALUES ((SELECT max(id) + 1 FROM products), 'new', 3)",
    },
  });
  expect(result).toMatchObject({ rollback: 'code-only', migrations: [{ version: '0002' }] });
  expect(result.steps.filter(({ outcome }) => outcome === 'ok').map(({ step }) => step)).toEqual([
    'base',
    'old-on-base',
    'up',
    'old-on-new-schema',
    'replay',
    'new',
    'old-after-new',
  ]);
});

test('a renamed column that the old release reads makes a rollback impossible, and query, statement and way out are named', async () => {
  const result = await run({
    pending: {
      '0002_price.sql': 'ALTER TABLE products ADD price numeric;',
      '0003_name.sql':
        '-- tidy up\n\nALTER TABLE products ADD stock int;\nALTER TABLE products RENAME COLUMN title TO name;\n',
    },
    new: { READ: 'SELECT id, name FROM products', WRITE: 'SELECT 1' },
  });
  expect(result).toMatchObject({
    rollback: 'impossible',
    step: 'old-on-new-schema',
    query: 'SELECT id, title FROM products',
    sqlState: '42703',
    guilty: 'migrations/0003_name.sql:4:1',
    advice: expect.stringContaining('Expand, then contract: add the new column beside the old one'),
    broken: { release: '1.0.0', message: 'column "title" does not exist', guilty: { migration: '0003_name' } },
  });
  expect(() => refuseImpossible(result)).toThrow(
    expect.objectContaining({
      code: 'ROLLBACK_IMPOSSIBLE',
      family: 'gate',
      message: expect.stringMatching(
        /Query of 1\.0\.0: SELECT id, title FROM products\nThe server: column "title" does not exist \(42703\)\nBroken by migrations\/0003_name\.sql:4:1: ALTER TABLE/,
      ),
    }),
  );
});

test('a new column that must be given breaks the writes of the old release, found with its parameters', async () => {
  const result = await run({
    old: { ...old, WRITE: 'INSERT INTO products (id, title) VALUES ((SELECT max(id) + 1 FROM products), $1)' },
    pending: {
      '0002_sku.sql':
        "ALTER TABLE products ADD sku text NOT NULL DEFAULT 'x';\nALTER TABLE products ALTER sku DROP DEFAULT;",
    },
  });
  expect(result).toMatchObject({ rollback: 'impossible', sqlState: '23502', guilty: 'migrations/0002_sku.sql:2:1' });
});

test('what the new release writes may break the old one, and that is seen on the same database', async () => {
  const result = await run({
    old: { READ: 'SELECT 10 / length(title) FROM products', WRITE: 'SELECT 1' },
    new: { READ: 'SELECT 1', WRITE: "INSERT INTO products VALUES (2, '')" },
  });
  expect(result).toMatchObject({ rollback: 'impossible', step: 'old-after-new', sqlState: '22012', guilty: null });
});

test('without a pending migration both releases share one schema: proven', async () => {
  expect(await run({})).toMatchObject({ rollback: 'proven', migrations: [] });
});

test('nothing serves yet: the migrations and the new release are tried all the same', async () => {
  expect(await run({ base: {}, pending: base, old: null })).toMatchObject({
    rollback: 'first',
    migrations: [{ version: '0001' }],
  });
});

test('a new release that fails its smoke is refused with what the server said and its last lines', async () => {
  await expect(run({ new: { READ: 'SELECT nothing FROM products', WRITE: 'SELECT 1' } })).rejects.toMatchObject({
    family: 'gate',
    code: 'REHEARSAL_SMOKE_FAILED',
    message: expect.stringMatching(
      /1\.1\.0 fails its smoke[^]*The server refused: SELECT nothing FROM products[^]*last lines:\n[^]*\/read: column "nothing" does not exist/,
    ),
  });
});

test('a new release that exits at once is refused with its last lines', async () => {
  await expect(run({ new: { EXIT: 'no licence' } })).rejects.toMatchObject({
    code: 'RELEASE_EXITED',
    message: expect.stringMatching(
      /web of 1\.1\.0 exited before it was ready\nIts last lines:\n[^]*cannot start: no licence/,
    ),
  });
});

test('a new release that never becomes ready is refused with what its ready path answered', async () => {
  await expect(run({ new: { ...old, NEVER_READY: '1' } })).rejects.toMatchObject({
    code: 'RELEASE_NOT_READY',
    message: expect.stringContaining('was not ready within 5 s: /ready answered 404'),
  });
});

test('an old release that does not even work on its own schema says nothing, and that is said', async () => {
  await expect(run({ old: { READ: 'SELECT gone FROM products', WRITE: 'SELECT gone' } })).rejects.toMatchObject({
    code: 'REHEARSAL_BASELINE_FAILED',
  });
});

test('a check for a page that only the new release has is not asked of the old one', async () => {
  expect(await run({ old: { READ: old.READ }, pending: { '0002_a.sql': 'CREATE TABLE a ();' } })).toMatchObject({
    rollback: 'code-only',
  });
});

test('a migration that fails is refused before the new release is started', async () => {
  await expect(run({ pending: { '0002_bad.sql': 'ALTER TABLE product ADD x int;' } })).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('migrations/0002_bad.sql:1:1: relation "product" does not exist (42P01)'),
  });
});

test('a signal stops the rehearsal and everything that it started', async () => {
  const interrupt = new AbortController();
  const input = await here.input({ base, pending: { '0002_slow.sql': 'SELECT pg_sleep(30);' }, old, new: old });
  const running = rehearse(
    {
      ...input,
      signal: interrupt.signal,
      onStep: ({ step }) => step === 'old-on-base' && setTimeout(() => interrupt.abort(), 200),
    },
    here.ports,
  );
  await expect(running).rejects.toMatchObject({ family: 'interrupted' });
});

test('a target that is not what its migrations make is refused with what differs', async () => {
  const input = await here.input({ base, pending: {}, old, new: old });
  const first = await rehearse(input, here.ports);
  const column = { kind: 'column', name: 'public.products.by_hand', definition: 'integer' };
  const drifted = rehearse({ ...input, targetSchema: [column] }, here.ports);
  await expect(drifted).rejects.toMatchObject({
    family: 'gate',
    code: 'SCHEMA_DRIFT',
    message: expect.stringMatching(
      /column public\.products\.id is missing[^]*column public\.products\.by_hand is left over: integer/,
    ),
  });
  expect(first.evidence).toMatchObject({ oldArtifact: 'directory:sha256:0', server: 'postgres 18' });
  expect((await rehearse(input, here.ports)).evidence).toEqual(first.evidence);
});
