import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Mask } from '../../domain/secrets/mask.ts';
import type { Command, CommandResult, Exec } from '../../ports.ts';
import type { CommandOutput } from './command-output.ts';
import { createCommandOutput } from './command-output.ts';
import { dieWithUs } from './die-with-us.ts';
import { inheritedEnvironment } from './inherited-environment.ts';
import type { Orphans, Watched } from './orphans.ts';
import { markVariable } from './orphans.ts';
import type { Environment } from './paths.ts';
import type { ProcessGroup } from './process-group.ts';
import { endGroup, isGone } from './process-group.ts';
import type { Started } from './spawn.ts';
import { startProgram } from './spawn.ts';

export interface ExecOptions {
  /** Ours; commands inherit a small part of it. */
  readonly env: Environment;
  readonly mask: Mask;
  readonly orphans: Orphans;
  /** Between SIGTERM and SIGKILL at a deadline or an abort. Default 3 s. */
  readonly graceMs?: number;
}

const defaultKeepBytes = 1024 * 1024;
const longestTimerMs = 2 ** 31 - 1;

/** What a program leaves in the background may write its last lines for so long after the program has ended. */
const lingerMs = 1_000;
const leftBehindGraceMs = 1_000;

/** Output that is still in a pipe when all that could write to it has ended is there at once. */
const drainMs = 1_000;

/** Commands as child processes, each in a session of its own of which nothing runs when `run` is done. */
export function nodeExec(options: ExecOptions): Exec {
  return {
    async run(command) {
      const begin = performance.now();
      if (command.signal?.aborted === true) return notStarted;
      const watched = options.orphans.watch(command.argv[0]);
      const { child, identity } = await start(command, options, watched).catch((error: unknown) => {
        watched.ended();
        throw error;
      });
      const group = { leader: identity, mark: `${markVariable}=${watched.mark}` };
      const output = readOutput(child, command, options.mask);
      const letGo = dieWithUs(group);
      try {
        const ended = await waitForEnd(child, command, async () => await endGroup(group, options.graceMs ?? 3_000));
        await endLeftBehind(group);
        watched.ended();
        await output.drained();
        const { exitCode, signalCode: signal } = child;
        return { exitCode, signal, ...output.finish(), durationMs: performance.now() - begin, ended };
      } finally {
        letGo();
        output.close();
      }
    },
  };
}

const notStarted: CommandResult = {
  exitCode: null,
  signal: null,
  stdout: '',
  stderr: '',
  durationMs: 0,
  ended: 'aborted',
  droppedBytes: 0,
};

async function start(command: Command, options: ExecOptions, watched: Watched): Promise<Started> {
  const { argv, cwd, uid, gid, stdin } = command;
  const started = await startProgram(
    argv,
    {
      env: { ...inheritedEnvironment(options.env), ...command.env, [markVariable]: watched.mark },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    },
    (leader) => watched.started(leader),
  );
  // A program may end without reading what it was given.
  started.child.stdin?.on('error', () => {});
  started.child.stdin?.end(stdin);
  return started;
}

async function waitForEnd(
  child: ChildProcess,
  { timeoutMs, signal }: Command,
  endEarly: () => Promise<void>,
): Promise<CommandResult['ended']> {
  const settled = new AbortController();
  const exited = once(child, 'exit').then(() => 'exited' as const);
  const passed = delay(Math.min(timeoutMs, longestTimerMs), 'timed-out' as const, { signal: settled.signal });
  const aborted = new Promise<'aborted'>((resolve) =>
    signal?.addEventListener('abort', () => resolve('aborted'), { signal: settled.signal }),
  );
  passed.catch(() => {});
  try {
    const ended = await Promise.race([exited, passed, aborted]);
    if (ended === 'exited') return ended;
    await endEarly();
    await exited;
    return ended;
  } finally {
    settled.abort();
  }
}

async function endLeftBehind(group: ProcessGroup): Promise<void> {
  if (!(await isGone(group, lingerMs))) await endGroup(group, leftBehindGraceMs);
}

interface Output {
  /** Asked once nothing of ours runs: all is read, or somebody else holds the pipes and is not waited for. */
  drained(): Promise<void>;
  finish(): Pick<CommandResult, 'stdout' | 'stderr' | 'droppedBytes'>;
  close(): void;
}

function readOutput(child: ChildProcess, { keepBytes = defaultKeepBytes, onLine }: Command, mask: Mask): Output {
  const read = (name: 'stdout' | 'stderr'): CommandOutput => {
    const output = createCommandOutput(keepBytes, mask, onLine && ((line) => onLine(name, line)));
    child[name]?.on('data', (chunk: Buffer) => output.push(chunk));
    child[name]?.on('error', () => {});
    return output;
  };
  const [stdout, stderr] = [read('stdout'), read('stderr')];
  const closed = once(child, 'close').then(() => undefined);
  const given = new AbortController();
  return {
    async drained() {
      await Promise.race([closed, delay(drainMs, undefined, { signal: given.signal }).catch(() => undefined)]);
      given.abort();
    },
    finish() {
      const [out, err] = [stdout.finish(), stderr.finish()];
      return { stdout: out.text, stderr: err.text, droppedBytes: out.droppedBytes + err.droppedBytes };
    },
    close() {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  };
}
