import type { Ports } from '../../src/ports.ts';

export interface FakePorts extends Ports {
  /** Let something listen on a port; answers how to end it. */
  take(port: number): () => void;
}

/** Ports of a machine on which nothing listens but what `take` says. */
export function fakePorts(first = 40_000): FakePorts {
  const taken = new Set<number>();
  let next = first;
  return {
    async free() {
      while (taken.has(next)) next += 1;
      next += 1;
      return next - 1;
    },
    isTaken: async (port) => taken.has(port),
    take(port) {
      taken.add(port);
      return () => taken.delete(port);
    },
  };
}
