import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppliedMigration } from '../../../src/domain/migration/migration.ts';
import { rehearse } from '../../../src/stages/rehearse.ts';
import type { RehearsalInput } from '../../../src/stages/rehearse/input.ts';
import { tool, toolPorts, treeOf } from './command-world.ts';
import { type RehearseWorld, rehearseWorld } from './rehearse-world.ts';

const engines = ['postgres', 'mariadb'] as const;
const worlds = new Map<string, RehearseWorld>();

beforeAll(async () => {
  for (const engine of engines) worlds.set(engine, await rehearseWorld(engine));
});
afterAll(async () => {
  for (const world of worlds.values()) await world.world.remove();
});

const base = {
  '1.up.sql': "CREATE TABLE books (id int PRIMARY KEY, title varchar(100)); INSERT INTO books VALUES (1, 'Emma')",
  '1.down.sql': 'DROP TABLE books',
};
const release = { READ: 'SELECT id, title FROM books', WRITE: "UPDATE books SET title = 'Persuasion' WHERE id = 1" };

/** A rehearsal from one tree of scripts to the next, both run by a command. */
async function about(
  engine: (typeof engines)[number],
  pending: Readonly<Record<string, string>>,
  settings: Parameters<typeof tool>[1] = {},
): Promise<() => ReturnType<typeof rehearse>> {
  const here = worlds.get(engine);
  if (here === undefined) throw new Error(`no ${engine}`);
  const input = await here.input({ base: {}, pending: {}, old: release, new: release });
  if (input.migrations === null) throw new Error('no migrations');
  const chosen = tool(toolPorts(here.world), settings);
  const { dialect } = input.migrations;
  const before = await treeOf(here.world, chosen, 'aaaa', base, dialect);
  const set = await treeOf(here.world, chosen, 'bbbb', { ...base, ...pending }, dialect);
  const [first] = before.migrations;
  if (first === undefined) throw new Error('no migration');
  const applied: AppliedMigration = {
    version: first.version,
    name: first.name,
    checksum: first.checksum,
    appliedAt: '2026-01-14T09:30:00.000Z',
    durationMs: 1,
    unfinished: null,
  };
  const migrations: NonNullable<RehearsalInput['migrations']> = {
    ...input.migrations,
    tool: chosen,
    set,
    base: before,
  };
  return async () => await rehearse({ ...input, migrations, applied: [applied] }, here.ports);
}

test.each(engines)('on %s a command with a faithful down is a proven rollback', async (engine) => {
  const run = await about(engine, {
    '2.up.sql': 'ALTER TABLE books ADD pages int',
    '2.down.sql': 'ALTER TABLE books DROP pages',
  });
  const result = await run();

  expect(result).toMatchObject({ rollback: 'proven', migrations: [{ name: 'bbbb' }] });
  expect(result.statements.map(({ statement }) => statement)).toContain('ALTER TABLE books ADD pages int');
  expect(result.statements.find(({ statement }) => statement.startsWith('ALTER'))).toMatchObject({
    relations: ['books'],
    ...(engine === 'postgres' ? { lock: 'ACCESS EXCLUSIVE' } : { promise: { algorithm: 'INSTANT', lock: 'NONE' } }),
  });
});

test('a command without a down is a rollback of the code alone, and one whose down loses something says what', async () => {
  const withoutDown = await about('postgres', { '2.up.sql': 'ALTER TABLE books ADD pages int' }, { down: undefined });
  const lossy = await about('postgres', {
    '2.up.sql': 'ALTER TABLE books ADD pages int',
    '2.down.sql': 'ALTER TABLE books DROP pages; ALTER TABLE books ALTER id DROP NOT NULL, DROP CONSTRAINT books_pkey',
  });

  expect(await withoutDown()).toMatchObject({ rollback: 'code-only' });
  expect(await lossy()).toMatchObject({ rollback: 'code-only', step: 'down' });
});

test.each(engines)(
  'on %s what breaks the old release is told with its query and the statement of the command',
  async (engine) => {
    const run = await about(engine, { '2.up.sql': 'ALTER TABLE books RENAME COLUMN title TO name' });
    const result = await run();

    expect(result).toMatchObject({ rollback: 'impossible', query: 'SELECT id, title FROM books' });
    expect(result.broken?.guilty).toMatchObject({ statement: 'ALTER TABLE books RENAME COLUMN title TO name' });
  },
);

test('a command that fails in the rehearsal fails there, with its own words', async () => {
  const run = await about('postgres', { '2.up.sql': 'CREATE EXTENSION plrust' });

  await expect(run()).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('extension "plrust" is not available') as unknown,
  });
});
