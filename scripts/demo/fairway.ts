import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built command line: what a user runs, not its source. */
export const commandLine = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The final document of a command, as far as the demo and the benchmark read it. */
export interface FinalDocument {
  readonly outcome: string;
  readonly code: string;
  readonly exitCode: number;
  readonly durationMs: number;
  readonly stages: readonly { readonly name: string; readonly outcome: string; readonly durationMs: number }[];
  readonly result: Readonly<Record<string, unknown>> & {
    readonly error?: { readonly message: string; readonly hint?: string };
  };
}

export interface Ended {
  readonly exitCode: number | null;
  /** Null when the command wrote none, such as after a second Ctrl-C. */
  readonly document: FinalDocument | null;
  /** Everything that it showed to people. */
  readonly shown: string;
  readonly durationMs: number;
}

interface RunOptions {
  readonly onLine?: (line: string) => void;
  readonly timeoutMs?: number;
}

export interface Fairway {
  /** Ended by force after `timeoutMs`, then with the exit code null. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Pass a signal on to whatever runs now. */
  signal(name: NodeJS.Signals): void;
}

/**
 * Run `fairway` in a repository with a state directory of its own.
 *
 * Each run has its own process group, so that a Ctrl-C on the terminal reaches it only through `signal`.
 */
export function createFairway(world: {
  readonly directory: string;
  readonly stateDirectory: string;
  readonly cacheDirectory?: string;
  readonly color: boolean;
}): Fairway {
  const running = new Set<number>();
  return {
    signal(name) {
      for (const pid of running) signalGroup(pid, name);
    },
    run: (args, { onLine, timeoutMs = 120_000 } = {}) =>
      new Promise((resolve, reject) => {
        const started = performance.now();
        const child = spawn(process.execPath, [commandLine, ...args, '--json'], {
          cwd: world.directory,
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: environment(world),
        });
        child.once('error', reject);
        const { pid } = child;
        if (pid !== undefined) running.add(pid);
        const deadline = setTimeout(() => pid !== undefined && signalGroup(pid, 'SIGKILL'), timeoutMs);
        let answer = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
        const shown: string[] = [];
        createInterface({ input: child.stderr }).on('line', (line) => {
          shown.push(line);
          onLine?.(line);
        });
        child.once('close', (exitCode) => {
          clearTimeout(deadline);
          if (pid !== undefined) running.delete(pid);
          const durationMs = performance.now() - started;
          resolve({ exitCode, document: parse(answer), shown: shown.join('\n'), durationMs });
        });
      }),
  };
}

function environment(world: Parameters<typeof createFairway>[0]): NodeJS.ProcessEnv {
  const { stateDirectory, cacheDirectory, color } = world;
  return {
    ...process.env,
    FAIRWAY_STATE_DIR: stateDirectory,
    ...(cacheDirectory === undefined ? {} : { FAIRWAY_CACHE_DIR: cacheDirectory }),
    ...(color ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  };
}

function parse(answer: string): FinalDocument | null {
  try {
    return JSON.parse(answer) as FinalDocument;
  } catch {
    return null;
  }
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
