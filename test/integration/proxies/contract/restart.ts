import { expect, test } from 'vitest';
import { startBackend } from '../backend.ts';
import { ask, askMany } from '../client.ts';
import type { ProxyUnderTest } from './under-test.ts';

/** What stays true when a process is started again: the proxy itself, or a release. */
export function restartContract(at: ProxyUnderTest): void {
  test('after a crash of the proxy itself only the stable release serves', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [stable.releaseId]: 20, [canary.releaseId]: 80 });
    await at.crash();
    await expect(ask(at.url('/'))).rejects.toThrow('ECONNREFUSED');
    await at.proxy.ensure();

    expect(await askMany(at.url('/'), 100)).toEqual({ [stable.releaseId]: 100 });
    expect((await at.proxy.stats()).map(({ releaseId }) => releaseId)).toEqual([stable.releaseId]);
  });

  test('a release that was started again on another port keeps its share, also over a crash', async () => {
    const [stable] = await at.two();
    await stable.die();
    const again = await startBackend(stable.releaseId);
    await at.proxy.add(again);
    expect(await askMany(at.url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
    await at.crash();
    await at.proxy.ensure();

    expect(await askMany(at.url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
    at.replace(stable, again);
  });
}
