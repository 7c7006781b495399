import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { tinyApp } from './tiny-app.ts';

/** A change from which nothing leads back, taken upon somebody by name. */

const driver = pathToFileURL(join(import.meta.dirname, '../../node_modules/pg/lib/index.js')).href;

const reading = (column: string): string => `
import { createServer } from 'node:http';
import pg from '${driver}';
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', () => {});
const server = createServer(async (request, response) => {
  if (request.url === '/ready') return response.end('ready');
  try {
    await pool.query('SELECT ${column} FROM things');
    response.end('reads ${column}');
  } catch (error) {
    response.writeHead(500).end(error.message);
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

test('a renamed column is refused until its release is accepted by name, and then goes out behind the maintenance page', async () => {
  await using app = await tinyApp(
    {
      processes: { web: { command: 'node server.js', traffic: true, ready: { path: '/ready' }, stopGrace: '2s' } },
      database: { type: 'postgres' },
      migrations: { directory: 'migrations' },
      smoke: { checks: [{ type: 'http', path: '/' }], deadline: '20s' },
      deploy: { strategy: 'recreate', hold: '0s', lease: '5s', windows: ['00:00-12:00', '12:00-00:00'] },
    },
    reading('name'),
  );
  await app.write('migrations/0001_things.sql', 'CREATE TABLE things (name text);\n');
  await app.commit('feat: things');
  const first = await app.fairway(['ship']);
  await app.write('server.js', reading('title'));
  await app.write('migrations/0002_title.sql', 'ALTER TABLE things RENAME COLUMN name TO title;\n');
  await app.commit('feat: titles');

  const refused = await app.fairway(['ship']);
  const another = await app.fairway(['ship', '--accept-impossible', '9.9.9']);
  const before = await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
  const accepted = await app.fairway(['ship', '--accept-impossible', '0.2.0']);
  const after = await (await fetch(`http://127.0.0.1:${app.port}/`)).text();

  expect(first.exitCode, first.stderr).toBe(0);
  expect(refused).toMatchObject({ exitCode: 3, document: { code: 'ROLLBACK_IMPOSSIBLE' } });
  expect(another.exitCode).toBe(3);
  expect(another.stderr).toContain('--accept-impossible names 9.9.9, and this is 0.2.0');
  expect(before).toBe('reads name');
  expect(accepted.exitCode, accepted.stderr).toBe(0);
  expect(accepted.stderr).toContain('users see the maintenance page');
  expect(accepted.document?.stages.map(({ name }) => name)).toContain('backup');
  expect(after).toBe('reads title');
});
