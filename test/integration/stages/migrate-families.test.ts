import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EphemeralServer } from '../../../src/databases/database.ts';
import { ephemeralMariadb } from '../../../src/databases/mariadb/ephemeral.ts';
import { mariadbDialect, postgresDialect } from '../../../src/domain/migration/dialect.ts';
import { sqlTool } from '../../../src/migration-tools/sql.ts';
import type { SqlRow } from '../../../src/ports.ts';
import type { ApplyInput } from '../../../src/stages/migrate/input.ts';
import { migrateApply } from '../../../src/stages/migrate.ts';
import { migrateDown } from '../../../src/stages/migrate-down.ts';
import { type MigrateWorld, migrateWorld } from './migrate-world.ts';

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

const table = 'CREATE TABLE books (id int PRIMARY KEY);';
const column = 'ALTER TABLE books ADD pages int;';
const back = 'ALTER TABLE books DROP COLUMN pages;';

const families: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'golang-migrate': {
    '1_books.up.sql': table,
    '1_books.down.sql': 'DROP TABLE books;',
    '2_pages.up.sql': column,
    '2_pages.down.sql': back,
  },
  dbmate: {
    '20260101120000_books.sql': `-- migrate:up\n${table}\n\n-- migrate:down\nDROP TABLE books;\n`,
    '20260102120000_pages.sql': `-- migrate:up\n${column}\n\n-- migrate:down\n${back}\n`,
  },
  Flyway: { 'V1__books.sql': table, 'V1_1__pages.sql': column, 'U1_1__pages.sql': back },
};

const cases = Object.keys(families).flatMap((family) => engines.map((engine) => [family, engine] as const));

test.each(cases)('the files of %s go up and down on %s', async (family, engine) => {
  const { ask, input } = await place(engine);
  const files = families[family] ?? {};
  const up = await migrateApply(await input(files), here.ports);
  const pages = await ask('SELECT pages FROM books');
  const down = await migrateDown({ ...(await input(files)), count: 1 }, here.ports);

  expect(up).toMatchObject({ kind: 'done', applied: [{ name: 'books' }, { name: 'pages' }] });
  expect(pages).toEqual([]);
  expect(down).toMatchObject({ kind: 'done', applied: [{ name: 'pages' }] });
  await expect(ask('SELECT pages FROM books')).rejects.toThrow('pages');
});

test.each(engines)('on %s a repeatable migration comes last, and again whenever it changed', async (engine) => {
  const { ask, input } = await place(engine);
  const view = (columns: string): string => `CREATE OR REPLACE VIEW titles AS SELECT ${columns} FROM books;`;
  const one = { 'R__titles.sql': view('id'), 'V1__books.sql': table };
  const two = { ...one, 'R__titles.sql': view('id, id AS again') };
  const later = { ...two, 'V2__pages.sql': column };
  const first = await migrateApply(await input(one), here.ports);
  const same = await migrateApply(await input(one), here.ports);
  const changed = await migrateApply(await input(two), here.ports);
  const versioned = await migrateApply(await input(later), here.ports);

  expect(first).toMatchObject({ applied: [{ version: '1' }, { version: 'R__titles' }] });
  expect(same).toMatchObject({ applied: [], alreadyApplied: 2 });
  expect(changed).toMatchObject({ applied: [{ version: 'R__titles' }] });
  expect(versioned).toMatchObject({ applied: [{ version: '2' }] });
  expect(await ask('SELECT again FROM titles')).toEqual([]);
});

let count = 0;

interface Place {
  readonly ask: (sql: string) => Promise<readonly SqlRow[]>;
  readonly input: (files: Readonly<Record<string, string>>) => Promise<ApplyInput>;
}

async function place(engine: (typeof engines)[number]): Promise<Place> {
  count += 1;
  const server = engine === 'postgres' ? here.server : mariadb;
  const dialect = engine === 'postgres' ? postgresDialect : mariadbDialect;
  await server.create(`family${count}`);
  const url = server.url(`family${count}`, 'fairway', 'owner');
  const ask = async (sql: string): Promise<readonly SqlRow[]> => {
    const connection = await here.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    try {
      return await connection.query(sql);
    } finally {
      await connection.close();
    }
  };
  const input = async (files: Readonly<Record<string, string>>): Promise<ApplyInput> => {
    count += 1;
    const tree = join(here.world.directory, `family-${count}`);
    await mkdir(join(tree, 'migrations'), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(tree, 'migrations', name), text);
    return {
      url,
      tool: sqlTool,
      dialect,
      set: await sqlTool.list({ tree, directory: 'migrations', commit: '' }, dialect, here.world.ports.files),
      table: 'fairway_migrations',
      runId: 'run-1',
      lockTimeoutMs: 1_000,
      statementTimeoutMs: 20_000,
      lockWaitMs: 10_000,
    };
  };
  return { ask, input };
}
