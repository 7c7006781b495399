import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { EnvironmentError } from '../../errors.ts';
import { dieWithUs } from '../node/die-with-us.ts';
import { inheritedEnvironment } from '../node/inherited-environment.ts';
import type { Environment } from '../node/paths.ts';
import { endGroup } from '../node/process-group.ts';
import { startProgram } from '../node/spawn.ts';
import type { EndedStep, Pipeline, PipelineEnd, PipelineReports } from '../../domain/pipelines/pipeline.ts';
import type { PipelineMessage } from './messages.ts';

export interface DaggerOptions {
  /** Ours: says where the engine is. */
  readonly env: Environment;
  /** Node, and the program that holds the SDK. */
  readonly program: readonly [node: string, entry: string];
  /** Until an engine answers. */
  readonly connectTimeoutMs: number;
  /** For each step, the first one from the connection on. */
  readonly timeoutMs: number;
  /** Its reason is thrown when it aborts. */
  readonly signal?: AbortSignal;
  readonly onStep?: (index: number) => void;
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly onReports?: (reports: PipelineReports) => void;
}

/** Between SIGTERM and SIGKILL for the child, and for the session of the engine's command line that it started. */
const graceMs = 1_000;
/** What the SDK writes on stderr is kept from its end, for the one message that there is room for. */
const keptTrouble = 2_000;

const hint =
  'Start an engine, or install the dagger command line (its path in _EXPERIMENTAL_DAGGER_CLI_BIN, or on PATH); or build with --engine docker or host.';

/**
 * Run a pipeline in a process of its own, of which nothing is left when this is done.
 *
 * Throws EnvironmentError `DAGGER_MISSING`, `DAGGER_UNREACHABLE`, `DAGGER_VERSION`, `DAGGER_LOST`.
 */
export async function daggerPipeline(request: Pipeline, options: DaggerOptions): Promise<PipelineEnd> {
  options.signal?.throwIfAborted();
  const { child, identity } = await startProgram(options.program, {
    env: { ...inheritedEnvironment(options.env), ...engineEnvironment(options.env) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const group = { leader: identity };
  const letGo = dieWithUs(group);
  try {
    return await conversation(child, request, options);
  } finally {
    await endGroup(group, graceMs);
    letGo();
  }
}

/**
 * The variables by which the SDK finds its engine. Throws EnvironmentError `DAGGER_MISSING` when there are none: by
 * itself the SDK would download a program and run it.
 */
export function engineEnvironment(env: Environment): Readonly<Record<string, string>> {
  const own = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && /^(_EXPERIMENTAL_)?DAGGER_|^(DOCKER_HOST|DOCKER_CONFIG|XDG_CACHE_HOME)$/.test(entry[0]),
  );
  const given = Object.fromEntries(own);
  if (given['DAGGER_SESSION_PORT'] !== undefined) {
    if (given['DAGGER_SESSION_TOKEN'] !== undefined) return given;
    throw new EnvironmentError('DAGGER_MISSING', 'DAGGER_SESSION_PORT is set, but DAGGER_SESSION_TOKEN is not', {
      hint,
    });
  }
  const program = given['_EXPERIMENTAL_DAGGER_CLI_BIN'] ?? onPath('dagger', env['PATH'] ?? '');
  if (program === null || !existsSync(program)) {
    const what = program === null ? 'no dagger command line on PATH' : `${program} is not there`;
    throw new EnvironmentError('DAGGER_MISSING', `no Dagger engine: no session is given, and ${what}`, { hint });
  }
  return { ...given, _EXPERIMENTAL_DAGGER_CLI_BIN: program };
}

function onPath(program: string, path: string): string | null {
  return (
    path
      .split(delimiter)
      .map((folder) => join(folder, program))
      .find((file) => existsSync(file)) ?? null
  );
}

async function conversation(child: ChildProcess, request: Pipeline, options: DaggerOptions): Promise<PipelineEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<PipelineEnd>();
  let version: string | null = null;
  let trouble = '';
  const fail = (code: string, message: string): void => reject(new EnvironmentError(code, message, { hint }));
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

  const connecting = setTimeout(
    () => fail('DAGGER_UNREACHABLE', `no Dagger engine answered within ${seconds(options.connectTimeoutMs)}`),
    options.connectTimeoutMs,
  );
  let step = 0;
  let begun = performance.now();
  let running: NodeJS.Timeout | undefined;
  const ended = (): EndedStep => ({ step, durationMs: performance.now() - begun });
  const begin = (index: number): void => {
    step = index;
    begun = performance.now();
    clearTimeout(running);
    running = setTimeout(() => resolve({ kind: 'timed-out', ...ended() }), options.timeoutMs);
  };
  const abort = (): void => reject(options.signal?.reason as Error);
  options.signal?.addEventListener('abort', abort, { once: true });

  child.stderr?.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString('utf8')).slice(-keptTrouble)));
  child.on('exit', (exitCode, signal) =>
    fail(
      'DAGGER_LOST',
      `the process with the Dagger SDK ended (${signal ?? `exit code ${exitCode}`}): ${lastLine(trouble)}`,
    ),
  );
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = messageOf(line);
      switch (message?.type) {
        case 'connected':
          clearTimeout(connecting);
          version = message.version;
          if (!isSupported(version))
            fail('DAGGER_VERSION', `the Dagger engine is ${version}; from v0.19.0 on it would do`);
          begin(0);
          break;
        case 'step':
          begin(message.index);
          options.onStep?.(message.index);
          break;
        case 'line':
          options.onLine?.(message.stream, message.line);
          break;
        case 'reports':
          options.onReports?.(message.reports);
          break;
        case 'done':
          resolve({ kind: 'done', engineVersion: version ?? 'unknown' });
          break;
        case 'exec-failed':
          resolve({ kind: 'exec-failed', ...ended(), failure: message.failure });
          break;
        case 'failed':
          if (message.phase === 'asked') resolve({ kind: 'refused', ...ended(), message: message.message });
          else fail(codes[message.phase], `${words[message.phase]}: ${message.message}`);
      }
    });
  }
  child.stdin?.on('error', () => {});
  child.stdin?.write(`${JSON.stringify(request)}\n`);
  try {
    return await promise;
  } finally {
    clearTimeout(connecting);
    clearTimeout(running);
    options.signal?.removeEventListener('abort', abort);
  }
}

const codes = { connecting: 'DAGGER_UNREACHABLE', lost: 'DAGGER_LOST' } as const;
const words = {
  connecting: 'no Dagger engine answered',
  lost: 'the Dagger engine was lost',
} as const;

/** What else stands on stdout is the SDK's own talk. */
function messageOf(line: string): PipelineMessage | null {
  try {
    const parsed = JSON.parse(line) as PipelineMessage | null;
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(-500) || 'it said nothing';
}

/** Engines accept our client from 0.19.0 on; a version that says nothing (a build of one's own) is believed. */
export function isSupported(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  return major === undefined || Number(major) > 0 || Number(minor) >= 19;
}
