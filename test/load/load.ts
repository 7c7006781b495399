import type { LoadRequest } from './mix.ts';
import { choose, seededRandom } from './mix.ts';
import type { LoadRecord, LoadReport, LoadSnapshot } from './report.ts';
import { isFailure, summarize } from './report.ts';
import { keepAliveAgent, send } from './send.ts';

export type { LoadRequest } from './mix.ts';
export type { LoadRecord, LoadReport, LoadSnapshot } from './report.ts';

export interface LoadSettings {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly requestsPerSecond: number;
  /** Default: `GET /`. */
  readonly mix?: readonly LoadRequest[];
  /** Share of requests with a connection of their own; the others share kept ones. Default 0.25. */
  readonly freshShare?: number;
  /** For a whole answer. Default 10,000. */
  readonly timeoutMs?: number;
  /** The same seed sends the same requests in the same order. Default 1. */
  readonly seed?: number;
}

export interface RunningLoad {
  snapshot(): LoadSnapshot;
  /** Send nothing more, wait for what is in flight, and tell it all. */
  stop(): Promise<LoadReport>;
}

const tickMs = 5;
const sweepMs = 100;

/**
 * Send requests at a fixed rate, however slowly they are answered (open loop).
 *
 * Nothing is retried: what a user would have seen is what is recorded.
 */
export function startLoad(settings: LoadSettings): RunningLoad {
  const { requestsPerSecond, freshShare = 0.25, timeoutMs = 10_000 } = settings;
  const [first = { path: '/' }, ...others] = settings.mix ?? [];
  const base = new URL(settings.url);
  const random = seededRandom(settings.seed ?? 1);
  const agent = keepAliveAgent();
  const records: LoadRecord[] = [];
  const inFlight = new Map<{ readonly cancel: () => void }, number>();
  const begin = performance.now();
  let sent = 0;
  let failed = 0;
  let idle: (() => void) | null = null;

  function sendOne(): void {
    sent += 1;
    const wanted = choose([first, ...others], random());
    const connection = random() < freshShare ? 'fresh' : 'keep-alive';
    const { method = 'GET', path } = wanted;
    const startMs = performance.now() - begin;
    const request = send(base, wanted, connection === 'fresh' ? false : agent, (answer) => {
      const record: LoadRecord = {
        startMs,
        method,
        path,
        connection,
        latencyMs: performance.now() - begin - startMs,
        ...answer,
      };
      inFlight.delete(request);
      records.push(record);
      if (isFailure(record)) failed += 1;
      if (inFlight.size === 0) idle?.();
    });
    inFlight.set(request, startMs);
  }

  const ticker = setInterval(() => {
    const due = Math.floor(((performance.now() - begin) / 1_000) * requestsPerSecond);
    while (sent < due) sendOne();
  }, tickMs);
  const sweeper = setInterval(() => {
    for (const [request, startMs] of inFlight) {
      if (performance.now() - begin - startMs > timeoutMs) request.cancel();
    }
  }, sweepMs);

  return {
    snapshot: () => ({ requests: records.length, failed, inFlight: inFlight.size }),
    stop: async () => {
      clearInterval(ticker);
      if (inFlight.size > 0) await new Promise<void>((resolve) => (idle = resolve));
      clearInterval(sweeper);
      agent.destroy();
      return summarize(records, performance.now() - begin, inFlight.size);
    },
  };
}
