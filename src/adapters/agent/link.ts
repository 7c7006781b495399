import type { Duplex } from 'node:stream';
import { encodeFrame, frameReader } from './frames.ts';
import type { ReadFrame } from './frames.ts';
import { socketDial } from './socket-dial.ts';

/** One open way to the agent. */
export interface Link {
  send(frame: Readonly<Record<string, unknown>>): void;
  close(): void;
}

/**
 * Reach the agent; null when none listens there.
 *
 * Throws EnvironmentError when nobody can tell, because the way to it is closed or unsafe.
 */
export type Dial = () => Promise<Duplex | null>;

/** Open a link, or answer null when no agent listens. */
export async function openLink(
  dial: Dial,
  handlers: { readonly onFrame: (frame: ReadFrame) => void; readonly onClose: (reason: string) => void },
): Promise<Link | null> {
  const stream = await dial();
  if (stream === null) return null;

  let reason = 'the agent closed the connection';
  const read = frameReader({
    onFrame: handlers.onFrame,
    onGarbage: (what) => {
      reason = `the agent sent ${what}`;
      stream.destroy();
    },
  });
  stream.on('data', read);
  stream.on('error', (error) => {
    reason = error.message;
  });
  stream.on('close', () => handlers.onClose(reason));
  return {
    send: (frame) => void stream.write(encodeFrame(frame)),
    close: () => stream.destroy(),
  };
}

/** Whether an agent takes connections there. */
export async function isListening(socketPath: string): Promise<boolean> {
  const link = await openLink(socketDial(socketPath), { onFrame: () => {}, onClose: () => {} });
  link?.close();
  return link !== null;
}
