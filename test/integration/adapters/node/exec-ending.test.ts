import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, isRunning, pidIn } from '../../../fakes/running.ts';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop();
const timeoutMs = 20_000;

test('a command that takes longer than its deadline is ended and answers so', async () => {
  const result = await at.exec.run({ argv: ['sh', '-c', 'echo begun; exec sleep 3600'], timeoutMs: 1_500 });

  expect(result).toMatchObject({ ended: 'timed-out', exitCode: null, signal: 'SIGTERM', stdout: 'begun\n' });
});

test('a command that ignores SIGTERM is killed', async () => {
  const script = 'trap "" TERM; echo $$ > pid; while :; do sleep 0.1; done';
  const result = await at.exec.run({ argv: ['sh', '-c', script], cwd: at.folder, timeoutMs: 1_500 });

  expect(result).toMatchObject({ ended: 'timed-out', signal: 'SIGKILL' });
  expect(isRunning(await pidIn(at.path('pid')))).toBe(false);
});

test('a command that ends by itself after SIGTERM is given the time to', async () => {
  const script = 'trap "echo cleaned up; exit 3" TERM; echo $$ > pid; while :; do sleep 0.05; done';
  const result = await at.exec.run({ argv: ['sh', '-c', script], cwd: at.folder, timeoutMs: 1_500 });

  expect(result).toMatchObject({ ended: 'timed-out', exitCode: 3, stdout: 'cleaned up\n' });
});

test('an abort ends the command and what it started', async () => {
  const controller = new AbortController();
  const running = at.exec.run({
    argv: ['sh', '-c', 'sleep 3600 & echo $! > child; echo $$ > pid; wait'],
    cwd: at.folder,
    timeoutMs,
    signal: controller.signal,
  });
  const pids = [await pidIn(at.path('child')), await pidIn(at.path('pid'))];
  controller.abort();

  expect(await running).toMatchObject({ ended: 'aborted' });
  expect(pids.map(isRunning)).toEqual([false, false]);
});

test('a command whose signal was aborted before is not started', async () => {
  const result = await at.exec.run({
    argv: ['sh', '-c', 'echo $$ > pid'],
    cwd: at.folder,
    timeoutMs,
    signal: AbortSignal.abort(),
  });

  expect(result).toMatchObject({ ended: 'aborted', exitCode: null, stdout: '' });
  expect(existsSync(at.path('pid'))).toBe(false);
});

test('a grandchild in the background that holds the output open neither keeps us waiting nor survives', async () => {
  const script = 'sleep 3600 & echo $! > pid; echo done';
  const result = await at.exec.run({ argv: ['sh', '-c', script], cwd: at.folder, timeoutMs });

  expect(result).toMatchObject({ ended: 'exited', exitCode: 0, stdout: 'done\n' });
  expect(isRunning(await pidIn(at.path('pid')))).toBe(false);
});

test('a grandchild in a session of its own does not survive either', async () => {
  const script = 'setsid sh -c "echo \\$\\$ > pid; exec sleep 3600" & while ! [ -s pid ]; do sleep 0.01; done';
  const result = await at.exec.run({ argv: ['sh', '-c', script], cwd: at.folder, timeoutMs });

  expect(result).toMatchObject({ ended: 'exited', exitCode: 0 });
  expect(isRunning(await pidIn(at.path('pid')))).toBe(false);
});

test('what a background process still writes at once is part of the output', async () => {
  const result = await at.exec.run({ argv: ['sh', '-c', '(sleep 0.05; echo late) & echo early'], timeoutMs });

  expect(result.stdout).toBe('early\nlate\n');
});

test('a command and what it started die with us when we exit in the middle', async () => {
  const program = join(import.meta.dirname, 'programs', 'exits-in-the-middle.ts');
  const script = 'trap "" TERM; sleep 3600 & echo $! > child; echo $$ > pid; wait';
  const run = spawnSync(process.execPath, [program, at.stateDirectory, at.folder, script], { encoding: 'utf8' });

  // The kill is sent before we exit, and takes a moment to arrive.
  const gone = async (pid: number): Promise<boolean> => await eventually(() => !isRunning(pid) || null);
  expect(run.status).toBe(130);
  expect(await gone(await pidIn(at.path('pid')))).toBe(true);
  expect(await gone(await pidIn(at.path('child')))).toBe(true);
});

test('of ten commands at once each gets its own output', async () => {
  const results = await Promise.all(
    Array.from(
      { length: 10 },
      async (_, i) => await at.exec.run({ argv: ['sh', '-c', `sleep 0.05; echo ${i}`], timeoutMs }),
    ),
  );

  expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 10 }, (_, i) => `${i}\n`));
});
