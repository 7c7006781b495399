import { createConnection } from 'node:net';
import { EnvironmentError } from '../../errors.ts';
import { readJsonLine } from './json-line.ts';

/** Linux takes 107 bytes, macOS 103. */
const maxPathBytes = 103;

/** Asks on unix sockets. Satisfies `ProxyControl` of the proxies. */
export function socketControl() {
  return {
    /**
     * Throws EnvironmentError `CONTROL_GONE` when nothing listens there, `CONTROL_SILENT` when no whole answer comes
     * in time, `SOCKET_PATH_TOO_LONG` when the system could not take such a path.
     */
    async ask(socketPath: string, question: unknown, timeoutMs: number): Promise<unknown> {
      checkLength(socketPath);
      const socket = createConnection(socketPath);
      const deadline = setTimeout(() => socket.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      try {
        socket.write(`${JSON.stringify(question)}\n`);
        return await readJsonLine(socket);
      } catch (error) {
        throw explained(error as NodeJS.ErrnoException, socketPath);
      } finally {
        clearTimeout(deadline);
        socket.destroy();
      }
    },
  };
}

export function checkLength(socketPath: string): void {
  const bytes = Buffer.byteLength(socketPath);
  if (bytes <= maxPathBytes) return;
  throw new EnvironmentError('SOCKET_PATH_TOO_LONG', `${socketPath} has ${bytes} bytes, at most ${maxPathBytes} work`, {
    hint: 'choose a state directory with a shorter path',
  });
}

function explained(error: NodeJS.ErrnoException, socketPath: string): EnvironmentError {
  const gone = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
  return gone
    ? new EnvironmentError('CONTROL_GONE', `nothing listens on ${socketPath}`, { cause: error })
    : new EnvironmentError('CONTROL_SILENT', `${socketPath}: ${error.message}`, { cause: error });
}
