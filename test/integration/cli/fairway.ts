import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');
export const source = join(root, 'src/entries/cli.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Then it is killed; default 30 s. */
  readonly timeoutMs?: number;
  /** Before the program: options for Node. */
  readonly node?: readonly string[];
  /** Sees the process while it runs. */
  readonly meanwhile?: (child: ChildProcess) => void;
}

/** Run a program with Node in an environment of its own; killed at its deadline. */
export async function run(program: string, args: readonly string[], options: Options): Promise<Ended> {
  const child = spawn(process.execPath, [...(options.node ?? []), program, ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: options.cwd,
      FAIRWAY_STATE_DIR: join(options.cwd, 'state'),
      // It would lie in the folder that is looked at.
      NODE_DISABLE_COMPILE_CACHE: '1',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 30_000,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  options.meanwhile?.(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}
