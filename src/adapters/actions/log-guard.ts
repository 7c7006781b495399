import { runnerSafe } from '../../domain/report/runner-safe.ts';

export type LogStream = Pick<NodeJS.WritableStream, 'write'>;

export interface LogGuard {
  /** Write a command of our own to the runner, past the guard, on a line of its own. */
  command(line: string): void;
  /** Let go of what has no line end yet, and of the streams. */
  end(): void;
}

/**
 * Stand between this process and the runner: whoever writes to one of these streams, a library or Node itself,
 * no line of it is a command. Only `command` speaks to the runner.
 */
export function guardStreams(stdout: LogStream, others: readonly LogStream[]): LogGuard {
  const guards = [stdout, ...others].map(guard);
  const [first] = guards;
  return {
    command(line) {
      first?.flush();
      first?.raw(`${line}\n`);
    },
    end() {
      for (const one of guards) one.release();
    },
  };
}

function guard(stream: LogStream) {
  const raw = stream.write.bind(stream) as (text: string, ...rest: unknown[]) => boolean;
  const decoder = new TextDecoder();
  let open = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const text = open + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    // A line may end in the middle of a chunk: what follows the last end waits, so that no command is put together.
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    open = text.slice(end);
    return raw(safeLines(text.slice(0, end)), ...rest);
  };
  const flush = (): void => {
    if (open !== '') raw(`${safeLines(open)}\n`);
    open = '';
  };
  return {
    raw,
    flush,
    release() {
      flush();
      // What was put before the method of its class goes.
      Reflect.deleteProperty(stream, 'write');
    },
  };
}

const safeLines = (text: string): string => text.replace(/[^\r\n]+/g, runnerSafe);
