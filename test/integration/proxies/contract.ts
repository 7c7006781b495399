import { describe } from 'vitest';
import type { Program } from '../../requirements.ts';
import { missing, needs } from '../../requirements.ts';
import { countsContract } from './contract/counts.ts';
import { drainContract } from './contract/drain.ts';
import { httpContract } from './contract/http.ts';
import { restartContract } from './contract/restart.ts';
import { sharesContract } from './contract/shares.ts';
import type { ProxyBench } from './contract/under-test.ts';
import { useProxy } from './contract/under-test.ts';
import { webSocketsContract } from './contract/websockets.ts';

export type { ProxyBench, ProxyLimits } from './contract/under-test.ts';

/** What everything that shifts traffic must do, whatever it is made of. */
export function proxyContract(name: string, open: () => Promise<ProxyBench>, needed: readonly Program[] = []): void {
  if (missing(needed) !== null) {
    needs(...needed)(`${name} keeps the contract of proxies`, () => {});
    return;
  }
  describe(name, () => {
    const at = useProxy(open);
    sharesContract(at);
    drainContract(at);
    restartContract(at);
    countsContract(at);
    httpContract(at);
    webSocketsContract(at);
  });
}
