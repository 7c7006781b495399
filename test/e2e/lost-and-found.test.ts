import { expect, test } from 'vitest';
import { isRunning } from '../fakes/running.ts';
import { startLoad } from '../load/load.ts';
import { goodServer, type TinyApp, tinyApp } from './tiny-app.ts';
import { agentPid, statusOf, until } from './watching.ts';

/** Whatever happens to the deployer, the old release keeps serving and the next run can go on. */

const slow = { deploy: { steps: [50, 100], hold: '4s', lease: '2s' } };

async function serving(app: TinyApp): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
}

/** A second version, on its way: resolves when it has half of the traffic. */
async function midway(app: TinyApp) {
  await app.write('server.js', `${goodServer}\n// second\n`);
  await app.commit('feat: second');
  const run = app.start(['ship']);
  await until(
    () => /50 %: /.test(run.shown()),
    () => run.shown(),
  );
  return run;
}

test('a client that is killed in the middle: after the lease all traffic is on stable, no request fails, and the next run ships', async () => {
  await using app = await tinyApp(slow);
  await app.fairway(['ship']);
  const load = startLoad({ url: `http://127.0.0.1:${app.port}`, requestsPerSecond: 100 });
  const run = await midway(app);

  run.kill('SIGKILL');
  await run.ended;
  await until(async () => (await statusOf(app)).rollout === null);
  const after = await statusOf(app);
  const report = await load.stop();
  const next = await app.fairway(['ship']);

  expect(after.stable?.version).toBe('0.1.0');
  expect(report.failed).toBe(0);
  expect(next.exitCode, next.stderr).toBe(0);
  expect(await serving(app)).toBe('hello from 0.2.0');
  expect(await app.git('tag')).toBe('v0.1.0\nv0.2.0');
});

test('Ctrl-C returns all traffic to stable before the command ends with 130', async () => {
  await using app = await tinyApp(slow);
  await app.fairway(['ship']);
  const run = await midway(app);

  run.kill('SIGINT');
  const { exitCode, document } = await run.ended;

  expect(exitCode).toBe(130);
  expect(document?.outcome).toBe('interrupted');
  expect((await statusOf(app)).stable?.version).toBe('0.1.0');
  expect(await serving(app)).toBe('hello from 0.1.0');
  expect(await app.git('tag')).toBe('v0.1.0');
});

test('an agent that is killed in the middle is started again, and the rollout reaches its end without a failed request', async () => {
  await using app = await tinyApp({ deploy: { ...slow.deploy, lease: '10s' } });
  await app.fairway(['ship']);
  const load = startLoad({ url: `http://127.0.0.1:${app.port}`, requestsPerSecond: 100 });
  const run = await midway(app);

  process.kill(agentPid(app), 'SIGKILL');
  const { exitCode, stderr } = await run.ended;
  const report = await load.stop();

  expect(exitCode, stderr).toBe(0);
  expect(report.failed).toBe(0);
  expect(await serving(app)).toBe('hello from 0.2.0');
});

test('of two ships at once the second is told who holds the lock and since when', async () => {
  await using app = await tinyApp(slow);
  await app.fairway(['ship']);
  const run = await midway(app);

  const second = await app.fairway(['ship']);
  const first = await run.ended;

  expect(second.exitCode).toBe(7);
  expect(second.document?.outcome).toBe('locked');
  expect(second.stderr).toMatch(/ship/);
  expect(second.stderr).toMatch(/since/);
  expect(first.exitCode).toBe(0);
});

test('abort from another terminal returns traffic to stable and ends the run with 4', async () => {
  await using app = await tinyApp(slow);
  await app.fairway(['ship']);
  const run = await midway(app);

  const abort = await app.fairway(['abort']);
  const { exitCode } = await run.ended;

  expect(abort.exitCode).toBe(0);
  expect(exitCode).toBe(4);
  expect(await serving(app)).toBe('hello from 0.1.0');
});

test('a client that was lost between promotion and tag: resume publishes what serves', async () => {
  await using app = await tinyApp({ deploy: { steps: [100], hold: '0s', lease: '2s' } });
  const run = app.start(['ship']);
  await until(
    () => /becomes the stable release/.test(run.shown()),
    () => run.shown(),
  );
  run.kill('SIGKILL');
  await run.ended;
  const before = await app.git('tag');

  const { exitCode, stderr } = await app.fairway(['resume']);

  expect(before).toBe('');
  expect(exitCode, stderr).toBe(0);
  expect(await app.git('tag')).toBe('v0.1.0');
  expect(await app.git('rev-parse', 'main')).toBe(await app.git('rev-parse', 'v0.1.0^{commit}'));
});

test('rollback makes the release before serve again, and ship brings the newer one back', async () => {
  await using app = await tinyApp();
  await app.fairway(['ship']);
  await app.write('server.js', `${goodServer}\n// second\n`);
  await app.commit('feat: second');
  await app.fairway(['ship']);

  const back = await app.fairway(['rollback']);
  const after = await serving(app);
  const again = await app.fairway(['ship']);

  expect(back.exitCode, back.stderr).toBe(0);
  expect(after).toBe('hello from 0.1.0');
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await serving(app)).toBe('hello from 0.2.0');
});

test('down stops everything, and what was shipped can be shipped again', async () => {
  await using app = await tinyApp();
  await app.fairway(['ship']);

  const down = await app.fairway(['down', '--yes']);
  const reached = await fetch(`http://127.0.0.1:${app.port}/`).then(
    () => true,
    () => false,
  );
  const again = await app.fairway(['ship']);

  expect(down.exitCode).toBe(0);
  expect(reached).toBe(false);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await serving(app)).toBe('hello from 0.1.0');
});

test('a build whose client is killed goes on no longer than until the next command', async () => {
  await using app = await tinyApp({
    build: { run: [['node', '-e', 'console.log("pid " + process.pid); setInterval(() => {}, 1000)']] },
  });
  const run = app.start(['build', '--verbose']);
  await until(
    () => /pid \d+/.test(run.shown()),
    () => run.shown(),
  );
  const pid = Number(/pid (\d+)/.exec(run.shown())?.[1]);
  run.kill('SIGKILL');
  await run.ended;
  const livedOn = isRunning(pid);

  await app.write(
    'fairway.json',
    (await app.git('show', 'HEAD:fairway.json')).replace('setInterval(() => {}, 1000)', ''),
  );
  await app.commit('fix: a build that ends');
  const next = await app.fairway(['build']);

  expect(livedOn).toBe(true);
  expect(isRunning(pid)).toBe(false);
  expect(next.exitCode).toBe(0);
  expect(next.stderr).toContain(`process ${pid}`);
});

test('a rehearsal that was kept is taken as it is while nothing changed, and made again when something did', async () => {
  await using app = await tinyApp({ database: { type: 'postgres' }, migrations: { directory: 'migrations' } });
  await app.write('migrations/0001_things.sql', 'CREATE TABLE things (id int);\n');
  await app.commit('feat: things');

  await app.fairway(['rehearse']);
  const deploy = await app.fairway(['deploy']);
  await app.write('server.js', `${goodServer}\n// second\n`);
  await app.commit('feat: second');
  const other = await app.fairway(['deploy']);

  expect(deploy.exitCode, deploy.stderr).toBe(0);
  expect(deploy.stderr).toContain('rehearsed before');
  expect(other.exitCode, other.stderr).toBe(0);
  expect(other.stderr).toContain('does not hold any more');
});

test('migrations are undone on request only, and what they need is backed up before', async () => {
  await using app = await tinyApp({ database: { type: 'postgres' }, migrations: { directory: 'migrations' } });
  await app.write('migrations/0001_things.sql', 'CREATE TABLE things (id int);\n');
  await app.commit('feat: things');
  await app.fairway(['ship']);
  await app.write('migrations/0002_names.sql', 'ALTER TABLE things ADD COLUMN name text;\n');
  await app.write('migrations/0002_names.down.sql', 'ALTER TABLE things DROP COLUMN name;\n');
  await app.commit('feat: names');

  const ship = await app.fairway(['ship']);
  const unasked = await app.fairway(['migrate', 'down']);
  const down = await app.fairway(['migrate', 'down', '--yes']);
  const status = await app.fairway(['migrate', 'status']);

  expect(ship.document?.stages.map(({ name }) => name)).toContain('backup');
  expect(ship.document?.result).toMatchObject({ rehearsal: { rollback: 'proven' } });
  expect(unasked.exitCode).toBe(130);
  expect(down.exitCode, down.stderr).toBe(0);
  expect(status.document?.result).toMatchObject({ pending: ['0002_names'] });
});

test('a commit that does not descend from what serves is refused before anything is built', async () => {
  await using app = await tinyApp();
  await app.fairway(['ship']);
  await app.write('server.js', `${goodServer}\n// second\n`);
  await app.commit('feat: second');
  await app.fairway(['ship']);
  await app.git('checkout', '--quiet', '-b', 'side', 'v0.1.0');
  await app.write('server.js', `${goodServer}\n// aside\n`);
  await app.commit('fix: aside');

  const { exitCode, document } = await app.fairway(['ship']);

  expect(exitCode).toBe(3);
  expect(document?.code).toMatch(/NOT_BEHIND_STABLE|RELEASE_OUT_OF_LINE|VERSION_TAKEN/);
  expect(document?.stages.map(({ name }) => name)).toEqual(['version']);
  expect(await serving(app)).toBe('hello from 0.2.0');
});
