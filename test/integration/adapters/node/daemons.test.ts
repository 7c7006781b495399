import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { nodeDaemons } from '../../../../src/adapters/node/daemons.ts';
import type { Argv, ProcessIdentity } from '../../../../src/ports.ts';
import { eventually, isRunning, pidIn } from '../../../fakes/running.ts';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop();
const daemons = nodeDaemons();
const env = { PATH: process.env['PATH'] ?? '' };

async function start(script: string): Promise<ProcessIdentity> {
  const argv: Argv = ['sh', '-c', script];
  return await daemons.start({ argv, cwd: at.folder, env, logFile: at.path('logs/d.log') });
}

test('both outputs of a daemon are appended to its log', async () => {
  const first = await start('echo one; echo two >&2');
  await eventually(() => !daemons.isAlive(first) || null);
  const second = await start('echo three');
  await eventually(() => !daemons.isAlive(second) || null);

  expect(await readFile(at.path('logs/d.log'), 'utf8')).toBe('one\ntwo\nthree\n');
});

test('a daemon gets the environment that it was given and nothing else', async () => {
  const identity = await daemons.start({
    argv: ['env'],
    cwd: at.folder,
    env: { ...env, A: '1' },
    logFile: at.path('env.log'),
  });
  await eventually(() => !daemons.isAlive(identity) || null);

  expect((await readFile(at.path('env.log'), 'utf8')).trim().split('\n').toSorted()).toEqual([
    'A=1',
    `PATH=${env.PATH}`,
  ]);
});

test('a daemon that ends at once has an identity and is not alive', async () => {
  const identity = await start('exit 7');
  await eventually(() => !daemons.isAlive(identity) || null);

  expect(identity.startedAt).toMatch(/^\d+$/);
  expect(daemons.isAlive(identity)).toBe(false);
});

test('stopping takes the children of a daemon too, also when it has ended itself', async () => {
  const identity = await start('sleep 3600 & echo $! > pid');
  const child = await pidIn(at.path('pid'));
  await eventually(() => !daemons.isAlive(identity) || null);
  const before = isRunning(child);
  await daemons.stop(identity, 5_000);

  expect(before).toBe(true);
  expect(isRunning(child)).toBe(false);
});

test('a daemon may end by itself within the grace', async () => {
  const identity = await start('trap "echo bye; exit 0" TERM; echo ready > ready; while :; do sleep 0.05; done');
  await eventually(async () => await readFile(at.path('ready'), 'utf8').catch(() => null));
  await daemons.stop(identity, 10_000);

  expect(await readFile(at.path('logs/d.log'), 'utf8')).toMatch(/bye\n$/);
});

test('a daemon that ignores SIGTERM is killed after the grace', async () => {
  const identity = await start('trap "" TERM; echo $$ > pid; while :; do sleep 0.05; done');
  await pidIn(at.path('pid'));
  await daemons.stop(identity, 100);

  expect(isRunning(identity.pid)).toBe(false);
});

test('a program that is not installed cannot be started as a daemon', async () => {
  const spec = { argv: ['no-such-daemon'] as Argv, cwd: at.folder, env, logFile: at.path('d.log') };

  await expect(daemons.start(spec)).rejects.toMatchObject({ code: 'TOOL_MISSING', family: 'environment' });
});
