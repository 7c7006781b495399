import { createConnection } from 'node:net';
import { EnvironmentError } from '../../errors.ts';

/** Far more than any answer of ours: a ring of requests has 8 MiB. */
const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * One line of commands (apart by `;`) to HAProxy's admin socket, and its whole answer.
 *
 * Throws EnvironmentError `CONTROL_GONE` when nothing listens there, `CONTROL_SILENT` when no whole answer comes in time.
 */
export async function askAdmin(socketPath: string, line: string, timeoutMs: number): Promise<string> {
  const socket = createConnection(socketPath);
  const deadline = setTimeout(() => socket.destroy(new Error(`no whole answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    socket.end(`${line}\n`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of socket) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString();
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, socketPath);
  } finally {
    clearTimeout(deadline);
    socket.destroy();
  }
}

export interface Following {
  /** Resolves when the command was sent. */
  readonly begun: Promise<void>;
  stop(): void;
}

/** Lines that a command goes on to answer, until it ends; for `show events ... -w`. */
export function followAdmin(
  socketPath: string,
  command: string,
  on: { readonly line: (line: string) => void; readonly end: () => void },
): Following {
  const begun = Promise.withResolvers<void>();
  const socket = createConnection(socketPath);
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('connect', () => socket.write(`${command}\n`, () => begun.resolve()));
  socket.on('data', (text) => {
    const lines = `${rest}${String(text)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) on.line(line);
  });
  socket.on('error', (error) => begun.reject(explained(error, socketPath)));
  socket.on('close', () => {
    begun.reject(new EnvironmentError('CONTROL_GONE', `${socketPath} was closed`));
    on.end();
  });
  begun.promise.catch(() => {});
  // Evidence must not keep a process alive that has nothing else to do.
  socket.unref();
  return { begun: begun.promise, stop: () => void socket.destroy() };
}

function explained(error: NodeJS.ErrnoException, socketPath: string): EnvironmentError {
  const isGone = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
  return isGone
    ? new EnvironmentError('CONTROL_GONE', `nothing listens on ${socketPath}`, { cause: error })
    : new EnvironmentError('CONTROL_SILENT', `${socketPath}: ${error.message}`, { cause: error });
}
