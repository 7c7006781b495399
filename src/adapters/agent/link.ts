import { lstat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { encodeFrame, frameReader } from './frames.ts';
import type { ReadFrame } from './frames.ts';
import { provePrivate } from './place.ts';

/** One open socket to the agent. */
export interface Link {
  send(frame: Readonly<Record<string, unknown>>): void;
  close(): void;
}

const connectTimeoutMs = 5_000;

/** Errors that mean: nobody listens there. */
const nobody = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ECONNRESET']);

/**
 * Open a link, or answer null when no agent listens.
 *
 * Throws EnvironmentError `AGENT_PLACE_UNSAFE` when the folder could be somebody else's.
 */
export async function openLink(
  socketPath: string,
  handlers: { readonly onFrame: (frame: ReadFrame) => void; readonly onClose: (reason: string) => void },
): Promise<Link | null> {
  const isThere = await lstat(socketPath).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  await provePrivate(dirname(socketPath));
  const socket = await connect(socketPath);
  if (socket === null) return null;

  let reason = 'the agent closed the connection';
  const read = frameReader({
    onFrame: handlers.onFrame,
    onGarbage: (what) => {
      reason = `the agent sent ${what}`;
      socket.destroy();
    },
  });
  socket.on('data', read);
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.on('close', () => handlers.onClose(reason));
  return {
    send: (frame) => void socket.write(encodeFrame(frame)),
    close: () => socket.destroy(),
  };
}

/** Whether an agent takes connections there. */
export async function isListening(socketPath: string): Promise<boolean> {
  const link = await openLink(socketPath, { onFrame: () => {}, onClose: () => {} });
  link?.close();
  return link !== null;
}

async function connect(socketPath: string): Promise<Socket | null> {
  return await new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(null);
    }, connectTimeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (nobody.has(error.code ?? '')) resolve(null);
      else reject(error);
    });
  });
}
