import type { Mask } from '../../domain/secrets/mask.ts';
import { createTailBuffer } from './tail-buffer.ts';

/** One stream of a running command. */
export interface CommandOutput {
  push(chunk: Buffer): void;
  /** The last `keepBytes`, masked, and how many bytes came before them. Call it once, at the end. */
  finish(): { readonly text: string; readonly droppedBytes: number };
}

/**
 * Keep the end of a stream and tell its lines as they come, in bounded memory whatever comes.
 *
 * A line that is longer than `lineBytes` is told as its beginning and an ellipsis.
 */
export function createCommandOutput(
  keepBytes: number,
  mask: Mask,
  onLine: ((line: string) => void) | undefined,
): CommandOutput {
  const tail = createTailBuffer(keepBytes + mask.longestBytes);
  const lines = onLine === undefined ? null : createLineSplitter(mask, onLine);
  return {
    push(chunk) {
      tail.push(chunk);
      lines?.push(chunk);
    },
    finish() {
      lines?.finish();
      const bytes = tail.bytes();
      const cut = characterStart(bytes, Math.max(0, bytes.length - keepBytes));
      const text = mask.apply(bytes.toString('utf8'), bytes.toString('utf8', 0, cut).length);
      return { text, droppedBytes: tail.pushedBytes - bytes.length + cut };
    },
  };
}

const lineBytes = 8 * 1024;
const ellipsis = ' …';
const roomBytes = lineBytes - Buffer.byteLength(ellipsis);
const lineFeed = 0x0a;

interface LineSplitter {
  push(chunk: Buffer): void;
  finish(): void;
}

function createLineSplitter(mask: Mask, onLine: (line: string) => void): LineSplitter {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let isTold = false;

  const tell = (bytes: Buffer): void => {
    const isLong = bytes.length > lineBytes;
    const shown = bytes.toString('utf8', 0, isLong ? characterStart(bytes, roomBytes) : bytes.length).length;
    onLine(mask.apply(bytes.toString('utf8'), 0, shown).replace(/\r$/, '') + (isLong ? ellipsis : ''));
  };
  const begin = (bytes: Buffer): void => {
    if (isTold || bytes.length === 0) return;
    begun.push(bytes);
    begunBytes += bytes.length;
    // More than this changes nothing of what is told, for what a secret may need is seen as well.
    if (begunBytes > lineBytes + mask.longestBytes) end();
    isTold = begunBytes === 0;
  };
  const end = (): void => {
    if (!isTold) tell(Buffer.concat(begun));
    begun = [];
    begunBytes = 0;
    isTold = false;
  };

  return {
    push(chunk) {
      const first = chunk.indexOf(lineFeed);
      const last = chunk.lastIndexOf(lineFeed);
      if (first !== -1) {
        begin(chunk.subarray(0, first));
        end();
      }
      if (last > first) tellWholeLines(chunk.toString('utf8', first + 1, last), mask, onLine);
      begin(Buffer.from(chunk.subarray(last + 1)));
    },
    finish() {
      if (begunBytes > 0) end();
    },
  };
}

/** Many lines at once, which is several times faster than one by one. */
function tellWholeLines(text: string, mask: Mask, onLine: (line: string) => void): void {
  for (const line of mask.apply(text).split('\n')) {
    const isLong = line.length > roomBytes / 3 && Buffer.byteLength(line) > lineBytes;
    onLine(isLong ? beginning(line) : line.replace(/\r$/, ''));
  }
}

function beginning(line: string): string {
  const bytes = Buffer.from(line);
  return bytes.toString('utf8', 0, characterStart(bytes, roomBytes)) + ellipsis;
}

/** The first position from `at` on where a character of UTF-8 begins. */
function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start < bytes.length && start < at + 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return start;
}
