import { lstat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Dial } from './link.ts';
import { provePrivate } from './place.ts';

const connectTimeoutMs = 5_000;

/** Errors that mean: nobody listens there. */
const nobody = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ECONNRESET']);

/** The way to an agent of this machine. Throws EnvironmentError `AGENT_PLACE_UNSAFE` when the folder could be somebody else's. */
export function socketDial(socketPath: string): Dial {
  return async () => {
    const isThere = await lstat(socketPath).then(
      () => true,
      () => false,
    );
    if (!isThere) return null;
    await provePrivate(dirname(socketPath));
    return await connect(socketPath);
  };
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
