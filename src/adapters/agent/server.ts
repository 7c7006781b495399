import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { RolloutRecord } from '../../ports.ts';
import { encodeFrame, frameReader, maxFrameBytes } from './frames.ts';
import type { ReadFrame } from './frames.ts';
import { toWire } from './wire.ts';

/** Answers one request; what it emits goes to whoever asked, until `signal` says that nobody listens any more. */
export type Handler = (
  id: string,
  request: unknown,
  conversation: { readonly emit: (record: RolloutRecord) => void; readonly signal: AbortSignal },
) => Promise<unknown>;

export interface AgentServer {
  readonly connections: () => number;
  /** From now on nobody new comes in: another agent may take this one's place. */
  stopListening(): void;
  /** Let answers leave, then cut. */
  close(): Promise<void>;
}

const maxConnections = 128;
/** A client that reads so slowly that more than this waits for it is cut; it may connect again and ask on. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** A connection that says nothing for so long is cut; followers say that they attend. */
const idleMs = 300_000;
const maxOpenRequests = 64;
const cutAfterMs = 1_000;

/**
 * Listen on a unix socket for this user alone. The caller holds the guard, so that a socket file that is there is
 * a dead agent's.
 */
export async function serveAgent(socketPath: string, handle: Handler): Promise<AgentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, handle);
  });
  server.maxConnections = maxConnections;
  await rm(socketPath, { force: true });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socketPath, resolve);
    });
  } finally {
    process.umask(before);
  }
  await chmod(socketPath, 0o600);
  let closed: Promise<void> | null = null;
  const stopListening = async (): Promise<void> => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    await closed;
  };
  return {
    connections: () => sockets.size,
    stopListening: () => void stopListening(),
    async close() {
      const ended = stopListening();
      for (const socket of sockets) socket.end();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, cutAfterMs);
      await ended;
      clearTimeout(cut);
    },
  };
}

function serve(socket: Socket, handle: Handler): void {
  const gone = new AbortController();
  let open = 0;
  const send = (frame: Readonly<Record<string, unknown>>): void => {
    if (socket.destroyed) return;
    socket.write(encodeFrame(frame));
    if (socket.writableLength > maxWaitingBytes) socket.destroy();
  };
  const answer = async ({ id, request }: ReadFrame & { request?: unknown }): Promise<void> => {
    open += 1;
    try {
      const emit = (event: RolloutRecord): void => send({ id, event });
      const answered = await handle(id, request, { emit, signal: gone.signal });
      if (!gone.signal.aborted) send({ id, answer: answered });
    } catch (error) {
      send({ id, error: toWire(error) });
    } finally {
      open -= 1;
    }
  };
  const read = frameReader(
    {
      onFrame: (frame) => {
        if (open >= maxOpenRequests) return void socket.destroy();
        void answer(frame);
      },
      onGarbage: (reason) => {
        send({ id: '', error: toWire(new Error(`this is no client of ours: ${reason}`)) });
        socket.destroySoon();
      },
    },
    maxFrameBytes,
  );
  socket.on('data', read);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => gone.abort());
  socket.setTimeout(idleMs, () => socket.destroy());
}
