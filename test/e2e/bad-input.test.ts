import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, goodServer, tinyApp } from './tiny-app.ts';

/** What users get wrong, seen through the built command: a clear error, the right exit code, nothing left behind. */

test('without a configuration it says where it looked and shows a small one', async () => {
  await using app = await tinyApp();
  await rm(join(app.directory, 'fairway.json'));

  const { exitCode, document, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(2);
  expect(document?.code).toBe('CONFIG_MISSING');
  expect(stderr).toContain('fairway.yml');
  expect(stderr).toContain('processes:');
});

test('YAML that is broken is shown with line and column', async () => {
  await using app = await tinyApp();
  await rm(join(app.directory, 'fairway.json'));
  await app.write('fairway.yml', 'app: tiny\nprocesses:\n  web: [unclosed\n');

  const { exitCode, stderr } = await app.fairway(['check']);

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/fairway\.yml:\d+:\d+/);
});

test('an unknown key and a wrong unit are told together, with the nearest name', async () => {
  await using app = await tinyApp({ deploy: { hodl: '3s', lease: '3 seconds' } });

  const { exitCode, document, stderr } = await app.fairway(['check']);

  expect(exitCode).toBe(2);
  expect(stderr).toContain('"hold"');
  expect(stderr).toMatch(/deploy\.lease.*unit/s);
  expect(document?.result).toMatchObject({
    error: { problems: expect.arrayContaining([expect.objectContaining({ path: 'deploy.lease' })]) },
  });
});

test('a folder that is no git repository is refused', async () => {
  await using app = await tinyApp();
  await rm(join(app.directory, '.git'), { recursive: true });

  const { exitCode, document } = await app.fairway(['ship']);

  expect(exitCode).toBe(2);
  expect(document?.code).toBe('NOT_A_REPOSITORY');
});

test('a dirty tree is refused with the names of the files, and shipped as committed when asked', async () => {
  await using app = await tinyApp();
  await app.write('server.js', `${goodServer}\n// not committed\n`);

  const refused = await app.fairway(['ship']);
  const asked = await app.fairway(['ship', '--allow-dirty']);

  expect(refused.exitCode).toBe(2);
  expect(refused.document?.code).toBe('TREE_DIRTY');
  expect(refused.stderr).toContain('server.js');
  expect(asked.exitCode).toBe(0);
});

test('a shallow clone is refused with the depth to ask for, and no version is invented', async () => {
  await using app = await tinyApp();
  await app.write('notes.txt', 'second');
  await app.commit('fix: second');
  await app.git('clone', '--quiet', '--depth', '1', `file://${app.directory}`, 'shallow clone');
  // With its remote at hand it would be deepened.
  await app.git('-C', 'shallow clone', 'remote', 'remove', 'origin');

  const { exitCode, document, stderr } = await app.fairway(['-C', join(app.directory, 'shallow clone'), 'ship']);

  expect(exitCode).not.toBe(0);
  expect(document?.code).toMatch(/SHALLOW/);
  expect(stderr).toMatch(/fetch-depth: 0|--unshallow/);
  expect(document?.result).not.toHaveProperty('release');
});

test('a commit that serves already is done at once and says so', async () => {
  await using app = await tinyApp();
  await app.fairway(['ship']);

  const { exitCode, document } = await app.fairway(['ship']);

  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ outcome: 'ok', code: 'NOTHING_NEW' });
});

test('a port that is taken is named, and the listener on it is left alone', async () => {
  await using app = await tinyApp();
  const listener = createServer((_, response) => response.end('mine'));
  await new Promise<void>((resolve) => listener.listen(app.port, '127.0.0.1', resolve));

  const { exitCode, stderr } = await app.fairway(['ship']);
  const answer = await (await fetch(`http://127.0.0.1:${app.port}`)).text();
  listener.close();

  expect(exitCode).toBe(6);
  expect(stderr).toContain(String(app.port));
  expect(answer).toBe('mine');
  expect(await app.git('tag')).toBe('');
});

test('a build that fails is refused with the command and its last lines', async () => {
  await using app = await tinyApp({
    build: { run: [['node', '-e', 'console.error("no such module: paint"); process.exit(3)']] },
  });

  const { exitCode, document, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(3);
  expect(document?.code).toBe('BUILD_FAILED');
  expect(stderr).toContain('no such module: paint');
  expect(await app.git('tag')).toBe('');
});

test('a build that hangs is ended at its deadline, with its children', async () => {
  await using app = await tinyApp({ build: { run: [['node', '-e', 'setInterval(() => {}, 1000)']], timeout: '1s' } });

  const { exitCode, document } = await app.fairway(['build']);

  expect(exitCode).toBe(3);
  expect(document?.code).toBe('BUILD_TIMEOUT');
});

test('tests that fail refuse the change', async () => {
  await using app = await tinyApp({ test: { run: 'node failing.js' } });
  await app.write('failing.js', 'console.log("1 test failed: price is 0"); process.exit(1);\n');
  await app.commit('feat: a test');

  const { exitCode, document, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(3);
  expect(document?.code).toBe('TESTS_FAILED');
  expect(stderr).toContain('price is 0');
});

const database = { database: { type: 'postgres' }, migrations: { directory: 'migrations' } };

test('a migration with a syntax error is shown with file, line and statement', async () => {
  await using app = await tinyApp(database);
  await app.write('migrations/0001_things.sql', 'CREATE TABLE things (id int);\n\nALTER TABEL things ADD name text;\n');
  await app.commit('feat: things');

  const { exitCode, stderr, document } = await app.fairway(['ship']);

  expect(exitCode).toBe(3);
  expect(stderr).toContain('migrations/0001_things.sql:3');
  expect(stderr).toContain('ALTER TABEL things');
  expect(document?.stages.map(({ name }) => name)).not.toContain('deploy');
});

test('an applied migration that was edited is refused by its checksum', async () => {
  await using app = await tinyApp(database);
  await app.write('migrations/0001_things.sql', 'CREATE TABLE things (id int);\n');
  await app.commit('feat: things');
  await app.fairway(['ship']);
  await app.write('migrations/0001_things.sql', 'CREATE TABLE things (id bigint);\n');
  await app.commit('fix: wider');

  const { exitCode, document, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(3);
  expect(document?.code).toBe('MIGRATION_EDITED');
  expect(stderr).toContain('0001_things');
});

test('a release that never becomes ready leaves nothing, and its last lines are shown', async () => {
  const deaf = `console.log('waiting for a sign'); setInterval(() => {}, 1000);`;
  await using app = await tinyApp(
    {
      processes: {
        web: { command: 'node server.js', traffic: true, ready: { path: '/health', timeout: '1s' }, stopGrace: '1s' },
      },
    },
    deaf,
  );

  const { exitCode, stderr } = await app.fairway(['ship']);
  const status = await app.fairway(['status']);

  expect(exitCode).toBe(4);
  expect(stderr).toContain('waiting for a sign');
  expect(status.document?.result).toMatchObject({ stable: null });
  expect(await app.git('tag')).toBe('');
});

test('a release that exits at once shows why', async () => {
  await using app = await tinyApp({}, `console.error('SESSION_KEY is not set'); process.exit(9);`);

  const { exitCode, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(4);
  expect(stderr).toContain('SESSION_KEY is not set');
});

test('a smoke check that is redirected for ever fails with the loop by name', async () => {
  const looping = goodServer.replace(
    "response.setHeader('content-type'",
    "if (request.url === '/in') { response.writeHead(302, { location: '/in' }); response.end(); return; }\n  response.setHeader('content-type'",
  );
  await using app = await tinyApp(
    { smoke: { checks: [{ type: 'http', path: '/in', followRedirects: 5 }], deadline: '5s' } },
    looping,
  );

  const { exitCode, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/redirect/i);
  expect(stderr).toContain('/in');
});

test('an unknown flag and an unknown command suggest the nearest', async () => {
  await using app = await tinyApp();

  const flag = await app.fairway(['ship', '--dry-rnu']);
  const command = await app.fairway(['shipp']);

  expect(flag.exitCode).toBe(2);
  expect(flag.stderr).toContain('--dry-run');
  expect(command.exitCode).toBe(2);
  expect(command.stderr).toContain('ship');
});

test('a dry run says what would happen and starts nothing', async () => {
  await using app = await tinyApp();

  const { exitCode, document } = await app.fairway(['ship', '--dry-run']);

  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ outcome: 'planned', result: { version: '0.1.0', previous: null } });
  expect(existsSync(join(app.state, 'agent'))).toBe(false);
  expect(await app.git('for-each-ref', 'refs/fairway')).toBe('');
});

test('a secret that is missing is named, never guessed', async () => {
  await using app = await tinyApp({ secrets: { SESSION_KEY: 'env:FAIRWAY_E2E_NO_SUCH' } });

  const { exitCode, document, stderr } = await app.fairway(['ship']);

  expect(exitCode).toBe(2);
  expect(document?.code).toBe('SECRET_MISSING');
  expect(stderr).toContain('FAIRWAY_E2E_NO_SUCH');
});

test('a secret reaches the release and no file, log or document but its own', async () => {
  const secret = `s3cret-${await freePort()}-value`;
  const echoing = goodServer
    .replace("'hello from '", "(process.env.SESSION_KEY.length + ' characters, ')")
    .replace('const server', 'console.log(process.env.SESSION_KEY);\nconst server');
  await using app = await tinyApp({ secrets: { SESSION_KEY: 'env:TINY_KEY' } }, echoing);

  const { exitCode, stderr, document } = await app.fairway(['ship'], { TINY_KEY: secret });
  const answer = await (await fetch(`http://127.0.0.1:${app.port}/`)).text();

  expect(exitCode).toBe(0);
  expect(answer).toContain(`${secret.length} characters`);
  expect(stderr + JSON.stringify(document)).not.toContain(secret);
  const runs = await readdir(join(app.state, 'runs'));
  expect(runs.length).toBeGreaterThan(0);
});
