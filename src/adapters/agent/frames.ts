/** The form of a frame: one JSON document on one line. What requests mean is versioned by `hello`. */
export const frameVersion = 1;

/** A rollout plan with its secrets is some kilobytes; whoever sends more than this is no client of ours. */
export const maxFrameBytes = 4 * 1024 * 1024;

const newline = 0x0a;

export function encodeFrame(frame: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ v: frameVersion, ...frame })}\n`;
}

export type ReadFrame = Readonly<Record<string, unknown>> & { readonly v: number; readonly id: string };

/**
 * Cut a byte stream into frames; the answer takes each chunk as it comes.
 *
 * `onGarbage` is called once, with the reason, for a line that is no frame or has no end within `limitBytes`;
 * nothing is read after it.
 */
export function frameReader(
  handlers: { readonly onFrame: (frame: ReadFrame) => void; readonly onGarbage: (reason: string) => void },
  limitBytes: number = maxFrameBytes,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let heldBytes = 0;
  let isBroken = false;

  const refuse = (reason: string): void => {
    isBroken = true;
    parts = [];
    handlers.onGarbage(reason);
  };

  return (chunk) => {
    let rest = chunk;
    while (!isBroken) {
      const end = rest.indexOf(newline);
      const piece = end === -1 ? rest : rest.subarray(0, end);
      heldBytes += piece.length;
      if (heldBytes > limitBytes) return refuse(`a frame of more than ${limitBytes} bytes`);
      parts.push(piece);
      if (end === -1) return;
      const frame = parseFrame(Buffer.concat(parts).toString('utf8'));
      parts = [];
      heldBytes = 0;
      rest = rest.subarray(end + 1);
      if (frame === null) return refuse('a line that is no frame');
      handlers.onFrame(frame);
    }
  };
}

function parseFrame(line: string): ReadFrame | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    const { v, id } = value as Record<string, unknown>;
    return v === frameVersion && typeof id === 'string' && id.length <= 100 ? (value as ReadFrame) : null;
  } catch {
    return null;
  }
}
