/** A release for rehearsals: `READ` and `WRITE` are the SQL of its pages, `START` that of its start, `EXIT` ends it. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type Mysql from 'mysql2/promise';
import type Postgres from 'pg';

const { env } = process;
const load = createRequire(env['MODULES_FROM'] ?? import.meta.url);

if (env['EXIT'] !== undefined) {
  process.stderr.write(`cannot start: ${env['EXIT']}\n`);
  process.exit(3);
}

type Ask = (sql: string, values: readonly string[]) => Promise<unknown>;

function postgres(url: string): Ask {
  const pg = load('pg') as typeof Postgres;
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  return async (sql, values) => (await pool.query(sql, [...values])).rows;
}

function mariadb(url: string): Ask {
  const mysql = load('mysql2/promise') as typeof Mysql;
  const pool = mysql.createPool({ uri: url.replace('mariadb:', 'mysql:'), connectionLimit: 2 });
  return async (sql, values) =>
    values.length === 0 ? (await pool.query(sql))[0] : (await pool.execute(sql, [...values]))[0];
}

const ask = (env['ENGINE'] === 'mariadb' ? mariadb : postgres)(env['DATABASE_URL'] ?? '');

if (env['START'] !== undefined) await ask(env['START'], []);

const pages: Readonly<Record<string, string | undefined>> = { '/read': env['READ'], '/write': env['WRITE'] };

createServer((request, response) => {
  const sql = request.url === '/ready' ? 'SELECT 1' : pages[request.url ?? ''];
  if (sql === undefined || (request.url === '/ready' && env['NEVER_READY'] !== undefined)) {
    response.writeHead(404).end();
    return;
  }
  ask(sql, /\$1|\?/.test(sql) ? ['7'] : []).then(
    (rows) => response.end(JSON.stringify(rows)),
    (error: unknown) => {
      process.stderr.write(`${request.url ?? ''}: ${(error as Error).message}\n`);
      response.writeHead(500).end('the page failed');
    },
  );
}).listen(Number(env['PORT']), '127.0.0.1', () => process.stdout.write('listening\n'));
