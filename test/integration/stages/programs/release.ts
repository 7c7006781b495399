/** A release for rehearsals: `READ` and `WRITE` are the SQL of its pages, `START` that of its start, `EXIT` ends it. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { env } = process;
const pg = createRequire(env['MODULES_FROM'] ?? import.meta.url)('pg') as typeof import('pg');

if (env['EXIT'] !== undefined) {
  process.stderr.write(`cannot start: ${env['EXIT']}\n`);
  process.exit(3);
}

const pool = new pg.Pool({ connectionString: env['DATABASE_URL'], max: 2 });
pool.on('error', () => undefined);

if (env['START'] !== undefined) await pool.query(env['START']);

const pages: Readonly<Record<string, string | undefined>> = { '/read': env['READ'], '/write': env['WRITE'] };

createServer((request, response) => {
  const sql = request.url === '/ready' ? 'SELECT 1' : pages[request.url ?? ''];
  if (sql === undefined || (request.url === '/ready' && env['NEVER_READY'] !== undefined)) {
    response.writeHead(404).end();
    return;
  }
  pool.query(sql, sql.includes('$1') ? ['7'] : []).then(
    ({ rows }) => response.end(JSON.stringify(rows)),
    (error: unknown) => {
      process.stderr.write(`${request.url ?? ''}: ${(error as Error).message}\n`);
      response.writeHead(500).end('the page failed');
    },
  );
}).listen(Number(env['PORT']), '127.0.0.1', () => process.stdout.write('listening\n'));
