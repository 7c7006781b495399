import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endLeftovers } from '../../../scripts/demo/leftovers.ts';
import { freePort } from '../../../scripts/demo/theatre.ts';
import { type Ended, root, run, source } from './fairway.ts';

let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-command-'));
  mkdirSync(join(folder, 'db'));
  const program = join(root, 'test/integration/stages/programs/migrates.ts');
  const command = (action: string): string => JSON.stringify([process.execPath, program, action]);
  write(
    'fairway.yml',
    `app: books
processes:
  web: { command: ${JSON.stringify([process.execPath, 'server.js'])}, traffic: true }
database: { type: postgres, provider: embedded }
migrations:
  tool: command
  directory: db
  up: ${command('up')}
  down: ${command('down')}
  status: ${command('status')}
  env: { MODULES_FROM: ${JSON.stringify(import.meta.filename)} }
target: { type: process }
proxy: { type: embedded, port: ${await freePort()} }
smoke: { checks: [{ type: http, path: / }] }
deploy: { steps: [100], hold: 100ms }
`,
  );
  write(
    'server.js',
    `const { Client } = require('node:module').createRequire(${JSON.stringify(import.meta.filename)})('pg');
require('node:http').createServer(async (request, response) => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  try {
    await client.connect();
    response.end(JSON.stringify((await client.query('SELECT id, title FROM books')).rows));
  } catch (error) {
    response.writeHead(500).end(String(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}).listen(process.env.PORT, '127.0.0.1');
`,
  );
  write('db/1.up.sql', 'CREATE TABLE books (id int PRIMARY KEY, title text)');
  write('db/1.down.sql', 'DROP TABLE books');
  git('init', '--quiet', '--initial-branch=main');
  commit('feat: books');
});
afterEach(async () => {
  await fairway('down', '--yes');
  endLeftovers(folder);
  rmSync(folder, { recursive: true, force: true });
});

test('a command migrates in deploy: rehearsed from the commit that was applied last, undone by its down, refused when it breaks the release that serves', async () => {
  const first = await fairway('deploy', '--json');
  write('db/2.up.sql', 'ALTER TABLE books ADD pages int');
  write('db/2.down.sql', 'ALTER TABLE books DROP pages');
  commit('feat: pages');
  const planned = await fairway('migrate', 'status', '--json');
  const second = await fairway('deploy', '--json');
  const undone = await fairway('migrate', 'down', '--yes', '--json');
  const again = await fairway('migrate', '--json');
  write('db/3.up.sql', 'ALTER TABLE books RENAME title TO name');
  commit('feat: another name');
  const third = await fairway('deploy', '--json');

  expect([first.code, second.code, undone.code, again.code, third.code]).toEqual([0, 0, 0, 0, 3]);
  expect(resultOf(first)).toMatchObject({ rehearsal: { rollback: 'first' } });
  expect(resultOf(planned)['pending']).toHaveLength(1);
  expect(resultOf(second)).toMatchObject({ rehearsal: { rollback: 'proven' } });
  expect(resultOf(undone)['undone']).toHaveLength(1);
  expect(resultOf(again)['applied']).toHaveLength(1);
  expect(third.stdout).toContain('ROLLBACK_IMPOSSIBLE');
  expect(third.stdout).toContain('ALTER TABLE books RENAME title TO name');
}, 300_000);

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function git(...args: readonly string[]): void {
  const who = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b.example',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b.example',
  };
  execFileSync('git', args, { cwd: folder, env: { ...process.env, ...who, GIT_CONFIG_GLOBAL: '/dev/null' } });
}

function commit(message: string): void {
  write('.gitignore', 'state\n.cache\n');
  git('add', '.');
  git('commit', '--quiet', '--message', message);
}

async function fairway(...args: readonly string[]): Promise<Ended> {
  // Nothing in the cache of a user belongs to a test.
  const env = { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache') };
  return await run(source, args, { cwd: folder, env, timeoutMs: 120_000 });
}

function resultOf({ stdout }: Ended): Readonly<Record<string, unknown>> {
  return (JSON.parse(stdout) as { readonly result: Readonly<Record<string, unknown>> }).result;
}
