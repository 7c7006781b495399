import { setImmediate as nextTurn } from 'node:timers/promises';
import { readRequestLine } from '../../domain/traffic/request-line.ts';
import { rememberPath } from '../../domain/traffic/replay.ts';
import type { Tally } from '../../domain/traffic/tally.ts';
import { countEnd, emptyTally } from '../../domain/traffic/tally.ts';
import { askAdmin, followAdmin } from './admin.ts';

/** What is known of the requests of one proxy, by application and release. */
export interface Evidence {
  /** Counts up to now; `show` is asked in between, so that what ended before its answer is counted. */
  tallies(app: string): Promise<ReadonlyMap<string, Tally>>;
  /** Of requests that may be replayed, each path once, the newest last. */
  recentPaths(app: string): readonly string[];
  close(): void;
}

const dumpTimeoutMs = 10_000;
const turnTimeoutMs = 2_000;

/**
 * Follow the ring of requests of one HAProxy process from its oldest line on.
 *
 * Every line is counted once: what arrives while the ring is read for the first time is told apart by its sequence.
 */
export async function followRequests(socketPath: string, onEnd: () => void): Promise<Evidence> {
  const byApp = new Map<string, Map<string, Tally>>();
  const paths = new Map<string, readonly string[]>();
  const dumped = new Set<number>();
  let waiting: string[] | null = [];

  function count(line: string, isDump: boolean): void {
    const seen = readRequestLine(line);
    if (seen === null) return;
    if (isDump) dumped.add(seen.sequence);
    else if (dumped.has(seen.sequence)) return;
    if (seen.path !== null) paths.set(seen.app, rememberPath(paths.get(seen.app) ?? [], seen.path));
    const tallies = byApp.get(seen.app) ?? new Map<string, Tally>();
    byApp.set(seen.app, tallies);
    for (const { releaseId, ...end } of seen.ends) {
      const tally = tallies.get(releaseId) ?? emptyTally();
      tallies.set(releaseId, tally);
      countEnd(tally, end);
    }
  }
  const following = followAdmin(socketPath, 'show events requests -w -n', {
    line: (line) => (waiting === null ? count(line, false) : void waiting.push(line)),
    end: onEnd,
  });
  await following.begun;
  // A round trip: the ring is followed before it is read.
  await askAdmin(socketPath, 'show version', turnTimeoutMs);
  const dump = await askAdmin(socketPath, 'show events requests', dumpTimeoutMs);
  for (const line of dump.split('\n')) count(line, true);
  await settled();
  const early = waiting;
  waiting = null;
  for (const line of early) count(line, false);
  dumped.clear();

  /** HAProxy hands over new lines before it answers the next command; two turns of ours read both sockets. */
  async function settled(): Promise<void> {
    await askAdmin(socketPath, 'show version', turnTimeoutMs);
    await nextTurn();
    await nextTurn();
  }
  return {
    tallies: async (app) => {
      await settled();
      return byApp.get(app) ?? new Map<string, Tally>();
    },
    recentPaths: (app) => paths.get(app) ?? [],
    close: () => following.stop(),
  };
}
