import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { EnvironmentError } from '../../errors.ts';
import { checkLength, socketControl } from './control-client.ts';
import { readJsonLine } from './json-line.ts';

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Answer each connection's one line of JSON by one, on a unix socket that only this user can open.
 *
 * A socket that a dead process left is replaced; throws EnvironmentError `PROXY_RUNNING` when a living one answers.
 */
export async function serveControl(
  socketPath: string,
  answer: (question: unknown) => Promise<unknown>,
): Promise<ControlServer> {
  checkLength(socketPath);
  await removeLeftover(socketPath);
  const server = createServer((socket) => void answerOn(socket, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
  return { close: async () => await new Promise((resolve) => server.close(() => resolve())) };
}

async function removeLeftover(socketPath: string): Promise<void> {
  try {
    await socketControl().ask(socketPath, null, 1_000);
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code !== 'CONTROL_GONE') throw error;
    await rm(socketPath, { force: true });
    return;
  }
  throw new EnvironmentError('PROXY_RUNNING', `another proxy answers on ${socketPath}`);
}

async function answerOn(socket: Socket, answer: (question: unknown) => Promise<unknown>): Promise<void> {
  try {
    const answered = await answer(await readJsonLine(socket));
    socket.end(`${JSON.stringify(answered)}\n`);
  } catch {
    socket.destroy();
  }
}
