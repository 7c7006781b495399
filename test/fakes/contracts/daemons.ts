import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Daemons, DaemonSpec, ProcessIdentity } from '../../../src/ports.ts';

export interface DaemonsUnderTest {
  readonly daemons: Daemons;
  /** Something that runs until it is stopped. */
  readonly spec: DaemonSpec;
  cleanUp(): Promise<void>;
}

/** What everybody who runs daemons promises. */
export function daemonsContract(make: () => Promise<DaemonsUnderTest>): void {
  let under: DaemonsUnderTest;
  let running: ProcessIdentity[];
  const start = async (): Promise<ProcessIdentity> => {
    const identity = await under.daemons.start(under.spec);
    running.push(identity);
    return identity;
  };
  beforeEach(async () => {
    under = await make();
    running = [];
  });
  afterEach(async () => {
    for (const identity of running) await under.daemons.stop(identity, 0);
    await under.cleanUp();
  });

  test('a daemon is alive until it is stopped', async () => {
    const identity = await start();
    const before = under.daemons.isAlive(identity);
    await under.daemons.stop(identity, 5_000);

    expect(before).toBe(true);
    expect(under.daemons.isAlive(identity)).toBe(false);
  });

  test('stopping what is gone is fine', async () => {
    const identity = await start();
    await under.daemons.stop(identity, 5_000);

    await expect(under.daemons.stop(identity, 5_000)).resolves.toBeUndefined();
  });

  test('two daemons of the same program are told apart', async () => {
    const [one, other] = [await start(), await start()];
    await under.daemons.stop(one, 5_000);

    expect(one.pid).not.toBe(other.pid);
    expect(under.daemons.isAlive(other)).toBe(true);
  });

  test('a pid that means another process by now is neither alive nor stopped', async () => {
    const identity = await start();
    const older = { ...identity, startedAt: '1' };
    const beforeReboot = { ...identity, bootId: '00000000-0000-0000-0000-000000000000' };
    await under.daemons.stop(older, 0);
    await under.daemons.stop(beforeReboot, 0);

    expect([older, beforeReboot, identity].map((one) => under.daemons.isAlive(one))).toEqual([false, false, true]);
  });

  test('an identity survives being written down as JSON', async () => {
    const identity = await start();
    const read = JSON.parse(JSON.stringify(identity)) as ProcessIdentity;

    expect(under.daemons.isAlive(read)).toBe(true);
  });
}
