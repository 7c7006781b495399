import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EphemeralServer } from '../../../src/databases/database.ts';
import { ephemeralMariadb } from '../../../src/databases/mariadb/ephemeral.ts';
import { mariadbDialect, postgresDialect } from '../../../src/domain/migration/dialect.ts';
import { prismaTool } from '../../../src/migration-tools/prisma.ts';
import type { SqlRow } from '../../../src/ports.ts';
import type { ApplyInput } from '../../../src/stages/migrate/input.ts';
import { migrateApply, migrateStatus } from '../../../src/stages/migrate.ts';
import { migrateDown } from '../../../src/stages/migrate-down.ts';
import { needs } from '../../requirements.ts';
import { type MigrateWorld, migrateWorld } from './migrate-world.ts';
import { makeReadyForPrisma, prismaStatus, writePrisma } from './prisma-world.ts';

const engines = ['postgres', 'mariadb'] as const;
let here: MigrateWorld;
let mariadb: EphemeralServer;

beforeAll(async () => {
  here = await migrateWorld();
  mariadb = await ephemeralMariadb(here.world.context, here.world.ports);
});
afterAll(async () => {
  await mariadb.stop();
  await here.end();
});

let count = 0;

async function place(engine: (typeof engines)[number]): Promise<{
  readonly ask: (sql: string) => Promise<readonly SqlRow[]>;
  readonly input: (folders: Folders) => Promise<ApplyInput>;
}> {
  count += 1;
  const name = `prisma${count}`;
  const server = engine === 'postgres' ? here.server : mariadb;
  await server.create(name);
  const url = server.url(name, 'fairway', 'owner');
  const dialect = engine === 'postgres' ? postgresDialect : mariadbDialect;
  const input = async (folders: Folders): Promise<ApplyInput> => {
    count += 1;
    const tree = join(here.world.directory, `prisma-${count}`);
    await writePrisma(tree, engine, folders);
    return {
      url,
      tool: prismaTool,
      dialect,
      set: await prismaTool.list({ tree, directory: 'migrations', commit: '' }, dialect, here.world.ports.files),
      table: 'fairway_migrations',
      runId: 'run-1',
      lockTimeoutMs: 1_000,
      statementTimeoutMs: 20_000,
      lockWaitMs: 10_000,
    };
  };
  const ask = async (sql: string): Promise<readonly SqlRow[]> => {
    const connection = await here.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    try {
      return await connection.query(sql);
    } finally {
      await connection.close();
    }
  };
  return { ask, input };
}

type Folders = Parameters<typeof writePrisma>[2];

const first =
  'CREATE TABLE books (id INTEGER NOT NULL PRIMARY KEY);\nCREATE TABLE pens (id INTEGER NOT NULL PRIMARY KEY);\n';
const second = { up: 'ALTER TABLE books ADD COLUMN pages INTEGER;\n', down: 'ALTER TABLE books DROP COLUMN pages;\n' };
const both = { '20260101120000_books': first, '20260102120000_pages': second };

test.each(engines)(
  "on %s the folders are applied, and Prisma's own table says so as Prisma writes it",
  async (engine) => {
    const { ask, input } = await place(engine);
    const result = await migrateApply(await input(both), here.ports);
    const again = await migrateApply(await input(both), here.ports);
    const rows = await ask(
      'SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count, finished_at >= started_at AS is_done FROM _prisma_migrations ORDER BY started_at',
    );

    expect(result).toMatchObject({
      kind: 'done',
      applied: [{ name: 'books' }, { version: '20260102120000', name: 'pages' }],
    });
    expect(again).toMatchObject({ kind: 'done', applied: [], alreadyApplied: 2 });
    expect(rows.map((row) => ({ ...row, is_done: Number(row['is_done']) }))).toEqual(
      [
        ['20260101120000_books', first],
        ['20260102120000_pages', second.up],
      ].map(([name, text]) => ({
        migration_name: name,
        checksum: createHash('sha256')
          .update(text ?? '')
          .digest('hex'),
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
        is_done: 1,
      })),
    );
    await expect(ask('SELECT * FROM fairway_migrations')).rejects.toThrow('fairway_migrations');
  },
);

test.each(engines)('on %s a down.sql undoes a migration and takes it out of the table', async (engine) => {
  const { ask, input } = await place(engine);
  await migrateApply(await input(both), here.ports);
  const undone = await migrateDown({ ...(await input(both)), count: 1 }, here.ports);
  const rows = await ask('SELECT migration_name FROM _prisma_migrations');

  expect(undone).toMatchObject({ kind: 'done', applied: [{ name: 'pages' }] });
  expect(rows).toEqual([{ migration_name: '20260101120000_books' }]);
});

test.each(engines)('on %s a migration that fails half-way is mended and goes on behind what it did', async (engine) => {
  const { input } = await place(engine);
  const broken = `${first}ALTER TABEL books ADD COLUMN x INTEGER;\n`;
  const failed = await migrateApply(await input({ '20260101120000_books': broken }), here.ports);
  const mended = await migrateApply(await input(both), here.ports);

  expect(failed).toMatchObject({
    kind: 'failed',
    failed: { stands: engine === 'postgres' ? 'as-before' : 'partial', failure: { place: { line: 3 } } },
  });
  expect(mended).toMatchObject({ kind: 'done', applied: [{ name: 'books' }, { name: 'pages' }] });
});

needs('prisma')('the real Prisma says that nothing is pending after Fairway, and what is before', async () => {
  const { input } = await place('postgres');
  const given = await input({ '20260101120000_books': first });
  const tree = given.set.tree ?? '';
  await makeReadyForPrisma(tree);
  const before = await prismaStatus(tree, given.url);
  await migrateApply(given, here.ports);
  const after = await prismaStatus(tree, given.url);

  expect(before.stdout).toContain('have not yet been applied:\n20260101120000_books');
  expect(after.stdout).toContain('Database schema is up to date!');
  expect([before.exitCode, after.exitCode]).toEqual([1, 0]);
});

test('what Prisma applied counts, what it rolled back does not, and what it left unfinished is pending', async () => {
  const { ask, input } = await place('postgres');
  await migrateApply(await input({ '20260101120000_books': first }), here.ports);
  await ask(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at) VALUES ('a', 'x', '20260102120000_pages', now())`,
  );
  const rolledBack = await migrateStatus(await input(both), here.ports);
  await ask(`UPDATE _prisma_migrations SET rolled_back_at = NULL, logs = 'ERROR: it broke' WHERE id = 'a'`);
  const unfinished = await migrateStatus(await input(both), here.ports);

  expect(rolledBack).toMatchObject({ pending: ['20260102120000_pages'], problems: [] });
  expect(unfinished).toMatchObject({ pending: ['20260102120000_pages'] });
  expect(unfinished.applied.map(({ name }) => name)).toEqual(['books']);
});

test.each(engines)("on %s a migration that drops Prisma's table is told so by its name", async (engine) => {
  const { input } = await place(engine);
  const result = await migrateApply(
    await input({ '20260101120000_books': `${first}DROP TABLE _prisma_migrations;\n` }),
    here.ports,
  );

  expect(result).toMatchObject({ kind: 'failed' });
  expect(result.kind === 'failed' && result.failed.message).toContain('_prisma_migrations');
});

test('migrations that were written for another engine are refused', async () => {
  const { input } = await place('postgres');
  const given = await input(both);
  const tree = given.set.tree ?? '';
  await writePrisma(tree, 'mariadb', both);
  const set = await prismaTool.list({ tree, directory: 'prisma', commit: '' }, postgresDialect, here.world.ports.files);

  await expect(migrateApply({ ...given, set }, here.ports)).rejects.toThrow(
    'says provider "mysql", and the database is postgres',
  );
});
