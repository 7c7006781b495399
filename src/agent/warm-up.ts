import type { WarmUp } from '../domain/rollout/plan.ts';
import type { Clock, Http } from '../ports.ts';
import type { Proxy } from '../proxies/proxy.ts';

export interface WarmedUp {
  readonly paths: number;
  readonly requests: number;
  readonly failed: number;
}

const atOnce = 4;
const requestTimeoutMs = 5_000;
const bodyBytes = 64 * 1024;

/**
 * Send what anonymous users asked for lately to a release that gets no traffic yet, so that its caches are warm and
 * its code is compiled when they come. Bounded in number and time; what fails is counted and decides nothing.
 */
export async function warmUp(
  { requests: wanted, forMs }: WarmUp,
  door: string,
  proxy: Proxy,
  signal: AbortSignal,
  { clock, http }: { readonly clock: Clock; readonly http: Http },
): Promise<WarmedUp> {
  const paths = (await proxy.recentPaths?.()) ?? [];
  const endsAt = clock.monotonicMs() + forMs;
  let [sent, failed] = [0, 0];
  const sendInTurn = async (): Promise<void> => {
    while (paths.length > 0 && sent < wanted && clock.monotonicMs() < endsAt) {
      signal.throwIfAborted();
      const path = paths[sent % paths.length] ?? '/';
      sent += 1;
      const headers = { 'user-agent': 'fairway-warm-up', 'x-fairway-warm-up': '1' };
      const url = `http://${door}${path}`;
      try {
        const asked = { method: 'GET', url, headers, timeoutMs: requestTimeoutMs, maxBodyBytes: bodyBytes };
        if ((await http.request(asked)).status >= 500) failed += 1;
      } catch {
        failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendInTurn));
  return { paths: paths.length, requests: sent, failed };
}
