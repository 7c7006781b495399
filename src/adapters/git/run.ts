import { spawn } from 'node:child_process';
import { EnvironmentError, InternalError } from '../../errors.ts';

/** What git inherits: its own settings, the way to credentials and to the network. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitRun {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Default 120 s. */
  readonly timeoutMs?: number;
  /** Sees standard output as it comes; nothing of it is kept then. */
  readonly onChunk?: (chunk: Buffer) => void;
}

/** Where git runs, and what is asked of every call. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitRun>;

/** No hook, no monitor, no housekeeping, no signature in the output: a repository decides nothing about how we run. */
const hardening = [
  '--no-pager',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.quotePath=false',
    'gc.auto=0',
    'maintenance.auto=false',
    'log.showSignature=false',
    'advice.detachedHead=false',
    'protocol.ext.allow=never',
  ].flatMap((setting) => ['-c', setting]),
];

/** Set by git for its hooks, or by a person for one repository: they would send our calls elsewhere. */
const misleading =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|COMMON_DIR|NAMESPACE|GRAFT_FILE|SHALLOW_FILE|CEILING_DIRECTORIES|EXTERNAL_DIFF|PAGER|EDITOR|TRACE.*|(AUTHOR|COMMITTER)_.*|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS)$/;

function environment(inherited: Environment, extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(inherited).filter(([name, value]) => value !== undefined && !misleading.test(name));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GCM_INTERACTIVE: 'never',
    ...extra,
  };
}

/**
 * A runner of git commands in one directory, each in a session of its own without a terminal to ask on.
 *
 * A non-zero exit is a value. Throws EnvironmentError `GIT_MISSING` and `GIT_TIMEOUT`.
 */
export function gitIn(directory: string, env: Environment, fixed: Readonly<Record<string, string>> = {}): Git {
  return async (args, options = {}) =>
    await new Promise<GitRun>((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? 120_000;
      const child = spawn('git', [...hardening, ...args], {
        cwd: directory,
        env: environment(env, { ...fixed, ...options.env }),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      });
      const chunks: Buffer[] = [];
      let stderr = '';
      let timedOut = false;
      let failure: unknown;
      const stop = () => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch {
          child.kill('SIGKILL');
        }
      };
      const timer = setTimeout(() => {
        timedOut = true;
        stop();
      }, timeoutMs);
      child.stdout.on('data', (chunk: Buffer) => {
        if (options.onChunk === undefined) chunks.push(chunk);
        else if (failure === undefined) {
          try {
            options.onChunk(chunk);
          } catch (error) {
            failure = error;
            stop();
          }
        }
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-16_384);
      });
      child.stdin.on('error', () => {});
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(startFailure(error, directory));
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        if (failure !== undefined) reject(failure as Error);
        else if (timedOut) reject(timeout(args, timeoutMs, stderr));
        else resolve({ exitCode: code ?? 128, stdout: Buffer.concat(chunks), stderr });
      });
      child.stdin.end(options.stdin ?? '');
    });
}

function startFailure(error: NodeJS.ErrnoException, directory: string): Error {
  if (error.code === 'ENOENT') {
    return new EnvironmentError('GIT_MISSING', `git could not be started in ${directory}: not found.`, {
      hint: 'Install git 2.39 or newer, and check that the folder exists.',
      cause: error,
    });
  }
  return new EnvironmentError('GIT_FAILED', `git could not be started: ${error.message}`, { cause: error });
}

function timeout(args: readonly string[], timeoutMs: number, stderr: string): Error {
  return new EnvironmentError(
    'GIT_TIMEOUT',
    `git ${args[0] ?? ''} gave no answer within ${timeoutMs / 1000} s and was ended.${lastLine(stderr)}`,
    { hint: 'Check the network and the credentials of the remote, then run the same command again.' },
  );
}

/** The last line that git said, as a sentence to append; passwords in addresses are hidden. */
export function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : ` git says: ${withoutCredentials(line)}`;
}

export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi, '$1');
}

/** Run and insist on exit 0; the text without the last line end. */
export async function must(git: Git, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const run = await git(args, options);
  if (run.exitCode === 0) return run.stdout.toString('utf8').replace(/\n$/, '');
  if (/index\.lock|Unable to create .*\.lock/.test(run.stderr)) {
    throw new EnvironmentError('GIT_LOCKED', `Another git process holds a lock.${lastLine(run.stderr)}`, {
      hint: 'Wait for it, or remove the lock file that it left behind, then run the same command again.',
    });
  }
  if (/dubious ownership/.test(run.stderr)) {
    throw new EnvironmentError('GIT_FOREIGN_OWNER', 'git refuses the repository: it belongs to another user.', {
      hint: 'Run: git config --global --add safe.directory "$PWD"',
    });
  }
  if (/No space left|Permission denied|Read-only file system/.test(run.stderr)) {
    throw new EnvironmentError('GIT_FAILED', `git ${args[0] ?? ''} failed.${lastLine(run.stderr)}`);
  }
  throw new InternalError('GIT_FAILED', `git ${args[0] ?? ''} exited ${run.exitCode}.${lastLine(run.stderr)}`);
}
