import type { Clock, Files } from '../ports.ts';

/** When somebody was last heard who wants the rollout to go on. */
export interface Lease {
  heard(): void;
  readonly silentMs: () => number;
  /** Write it down, so that an agent that begins again knows how long nobody was heard. */
  remember(): Promise<void>;
}

export interface LeasePorts {
  readonly files: Files;
  readonly clock: Clock;
}

/** The lease of one application; a new agent goes on where the file says, gaps of the clock clamped to `longestMs`. */
export async function openLease(directory: string, longestMs: number, ports: LeasePorts): Promise<Lease> {
  const { files, clock } = ports;
  const path = `${directory}/lease.json`;
  let heardAt = clock.monotonicMs() - (await silenceBefore(path, longestMs, ports));
  return {
    heard() {
      heardAt = clock.monotonicMs();
    },
    silentMs: () => clock.monotonicMs() - heardAt,
    async remember() {
      const at = clock.now().getTime() - (clock.monotonicMs() - heardAt);
      await files.writeAtomic(path, `${JSON.stringify({ heardAt: new Date(at).toISOString() })}\n`, 0o600);
    },
  };
}

async function silenceBefore(path: string, longestMs: number, { files, clock }: LeasePorts): Promise<number> {
  if (!(await files.exists(path))) return 0;
  try {
    const { heardAt } = JSON.parse(await files.readText(path)) as { heardAt: string };
    const silentMs = clock.now().getTime() - Date.parse(heardAt);
    return Number.isFinite(silentMs) ? Math.min(Math.max(0, silentMs), longestMs) : longestMs;
  } catch {
    return longestMs;
  }
}
