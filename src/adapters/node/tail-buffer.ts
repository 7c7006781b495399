/** The last bytes of a stream of any length, in at most twice their memory. */
export interface TailBuffer {
  push(chunk: Buffer): void;
  /** At most `limit` bytes; all that was pushed when it was no more. */
  bytes(): Buffer;
  readonly pushedBytes: number;
}

const firstBytes = 16 * 1024;

export function createTailBuffer(limit: number): TailBuffer {
  let memory = Buffer.allocUnsafe(Math.min(firstBytes, limit * 2));
  let used = 0;
  let pushedBytes = 0;

  const makeRoom = (wanted: number): void => {
    if (used + wanted <= memory.length) return;
    const kept = Math.min(used, Math.max(0, limit - wanted));
    const grown = Math.min(limit * 2, Math.max(memory.length * 2, used + wanted));
    if (used + wanted <= grown) {
      const larger = Buffer.allocUnsafe(grown);
      memory.copy(larger, 0, 0, used);
      memory = larger;
    } else {
      memory.copyWithin(0, used - kept, used);
      used = kept;
    }
  };

  return {
    push(chunk) {
      pushedBytes += chunk.length;
      const last = chunk.length > limit ? chunk.subarray(chunk.length - limit) : chunk;
      makeRoom(last.length);
      last.copy(memory, used);
      used += last.length;
    },
    bytes: () => Buffer.from(memory.subarray(Math.max(0, used - limit), used)),
    get pushedBytes() {
      return pushedBytes;
    },
  };
}
