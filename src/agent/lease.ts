import type { Clock, Files } from '../ports.ts';

/** When somebody was last heard who wants the rollout to go on. */
export interface Lease {
  heard(): void;
  readonly silentMs: () => number;
  /**
   * Write it down a few times per lease, so that an agent that begins again knows how long nobody was heard.
   * A disk that refuses is no reason to stop: it is told to `log`.
   */
  remember(leaseMs: number): Promise<void>;
}

export interface LeasePorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

const remembersPerLease = 4;

/** The lease of one application; a new agent goes on where the file says, gaps of the clock clamped to `longestMs`. */
export async function openLease(directory: string, longestMs: number, ports: LeasePorts): Promise<Lease> {
  const { files, clock, log } = ports;
  let rememberedAt = -Infinity;
  const path = `${directory}/lease.json`;
  let heardAt = clock.monotonicMs() - (await silenceBefore(path, longestMs, ports));
  return {
    heard() {
      heardAt = clock.monotonicMs();
    },
    silentMs: () => clock.monotonicMs() - heardAt,
    async remember(leaseMs) {
      const now = clock.monotonicMs();
      if (now - rememberedAt < leaseMs / remembersPerLease) return;
      rememberedAt = now;
      const at = clock.now().getTime() - (now - heardAt);
      const text = `${JSON.stringify({ heardAt: new Date(at).toISOString() })}\n`;
      await files.writeAtomic(path, text, 0o600).catch((error: Error) => log(`${path}: ${error.message}`));
    },
  };
}

async function silenceBefore(
  path: string,
  longestMs: number,
  { files, clock }: Omit<LeasePorts, 'log'>,
): Promise<number> {
  if (!(await files.exists(path))) return 0;
  try {
    const { heardAt } = JSON.parse(await files.readText(path)) as { heardAt: string };
    const silentMs = clock.now().getTime() - Date.parse(heardAt);
    return Number.isFinite(silentMs) ? Math.min(Math.max(0, silentMs), longestMs) : longestMs;
  } catch {
    return longestMs;
  }
}
