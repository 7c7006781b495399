import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeOrphans, sweepOrphans } from '../../../../src/adapters/node/orphans.ts';
import { processTable } from '../../../../src/adapters/node/process-table.ts';
import { isRunning, pidIn } from '../../../fakes/running.ts';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop();
const program = join(import.meta.dirname, 'programs', 'runs-a-command.ts');

/** A process of ours that runs a command until it is killed. */
async function client(script: string) {
  const child = spawn(process.execPath, [program, at.stateDirectory, at.folder, script], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('what a killed client left running is ended by the next sweep', async () => {
  const killed = await client('trap "" TERM; echo $$ > pid; while :; do sleep 0.1; done');
  const pid = await pidIn(at.path('pid'));
  await killed.kill();
  const before = isRunning(pid);

  const ended = await sweepOrphans(at.stateDirectory);

  expect(before).toBe(true);
  expect(isRunning(pid)).toBe(false);
  // Known by its note, or, when the kill came before that was written, by its mark alone.
  expect(ended.map((one) => one.pid)).toContain(pid);
  expect(await readdir(join(at.stateDirectory, 'processes'))).toEqual([]);
});

test('a grandchild whose parent has ended is found as well', async () => {
  const killed = await client('sh -c "sleep 3600 & echo \\$! > pid"; sleep 3600');
  const pid = await pidIn(at.path('pid'));
  await killed.kill();

  await sweepOrphans(at.stateDirectory);

  expect(isRunning(pid)).toBe(false);
});

test('a command that was started just before the kill, and not noted yet, is found by its mark', async () => {
  const killed = await client('echo $$ > pid; while :; do sleep 0.1; done');
  const pid = await pidIn(at.path('pid'));
  await killed.kill();
  const folder = join(at.stateDirectory, 'processes');
  for (const owner of await readdir(folder)) {
    await rm(join(folder, owner), { recursive: true });
    await mkdir(join(folder, owner));
  }

  await sweepOrphans(at.stateDirectory);

  expect(isRunning(pid)).toBe(false);
});

test('what belongs to a client that is alive is left alone', async () => {
  const alive = await client('echo $$ > pid; exec sleep 3600');
  const pid = await pidIn(at.path('pid'));

  const ended = await sweepOrphans(at.stateDirectory);
  const during = isRunning(pid);
  await alive.kill();
  await sweepOrphans(at.stateDirectory);

  expect(ended).toEqual([]);
  expect(during).toBe(true);
  expect(isRunning(pid)).toBe(false);
});

test('a process that was given the pid of an old one is left alone', async () => {
  const other = spawn('sleep', ['3600'], { detached: true, stdio: 'ignore' });
  const owner = '1-1-00000000-dead';
  await mkdir(join(at.stateDirectory, 'processes', owner), { recursive: true });
  const leader = { pid: other.pid, startedAt: '1', bootId: processTable.bootId };
  const record = JSON.stringify({ leader, mark: `${owner}/1/`, program: 'sleep' });
  await writeFile(join(at.stateDirectory, 'processes', owner, '1.json'), record);

  const ended = await sweepOrphans(at.stateDirectory);
  const survived = isRunning(other.pid ?? 0);
  other.kill('SIGKILL');

  expect(ended).toEqual([]);
  expect(survived).toBe(true);
});

test('temporary files of a dead client are removed, those of a live one stay', async () => {
  const ours = nodeOrphans(at.stateDirectory).scratch('build');
  const theirs = join(at.stateDirectory, 'scratch', '1-1-00000000-dead.1-build');
  await mkdir(ours, { recursive: true });
  await mkdir(join(theirs, 'deep'), { recursive: true });

  await sweepOrphans(at.stateDirectory);

  expect(await readdir(join(at.stateDirectory, 'scratch'))).toEqual([ours.split('/').at(-1)]);
});

test('a command that has ended leaves no note of itself', async () => {
  await at.exec.run({ argv: ['true'], timeoutMs: 20_000 });

  expect(await readdir(join(at.stateDirectory, 'processes'))).toEqual([]);
});

test('sweeping where nothing ever ran is fine', async () => {
  expect(await sweepOrphans(at.path('never made'))).toEqual([]);
});
