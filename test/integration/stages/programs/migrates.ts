/**
 * Somebody's own migration command: `up`, `down` or `status` for the scripts of the folder `db`, by DATABASE_URL.
 *
 * `1.up.sql` with `1.down.sql`; what was applied stands in a table of its own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Mysql from 'mysql2/promise';
import type Postgres from 'pg';

const { env } = process;
const load = createRequire(env['MODULES_FROM'] ?? import.meta.url);
const url = env['DATABASE_URL'] ?? '';

type Ask = (sql: string) => Promise<readonly Record<string, unknown>[]>;

async function postgres(): Promise<{ readonly ask: Ask; readonly end: () => Promise<void> }> {
  const { Client } = load('pg') as typeof Postgres;
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    ask: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    end: async () => await client.end(),
  };
}

async function mariadb(): Promise<{ readonly ask: Ask; readonly end: () => Promise<void> }> {
  const mysql = load('mysql2/promise') as typeof Mysql;
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
  return {
    ask: async (sql) => (await connection.query(sql))[0] as Record<string, unknown>[],
    end: async () => await connection.end(),
  };
}

const { ask, end } = await (url.startsWith('mysql:') ? mariadb() : postgres());
await ask('CREATE TABLE IF NOT EXISTS versions (version int PRIMARY KEY)');
const applied = (await ask('SELECT version FROM versions ORDER BY version')).map((row) => Number(row['version']));
const all = readdirSync('db')
  .filter((name) => name.endsWith('.up.sql'))
  .map((name) => Number.parseInt(name, 10))
  .toSorted((a, b) => a - b);
const open = all.filter((version) => !applied.includes(version));

const [, , action = 'up'] = process.argv;
if (action === 'status') process.exitCode = open.length === 0 ? 0 : 1;
if (action === 'up') {
  for (const version of open) {
    process.stdout.write(`applying ${version}\n`);
    await ask(readFileSync(`db/${version}.up.sql`, 'utf8'));
    await ask(`INSERT INTO versions VALUES (${version})`);
  }
}
if (action === 'down') {
  const version = applied.at(-1) ?? 0;
  if (!existsSync(`db/${version}.down.sql`)) throw new Error(`there is no way back from ${version}`);
  await ask(readFileSync(`db/${version}.down.sql`, 'utf8'));
  await ask(`DELETE FROM versions WHERE version = ${version}`);
}
await end();
