import { expect, test } from 'vitest';
import type { Ports } from '../../../src/ports.ts';

/** What every view of the loopback ports promises. `listen` takes a port and answers how to let it go. */
export function portsContract(
  make: () => { ports: Ports; listen: (port: number) => Promise<() => Promise<void>> },
): void {
  test('a free port is one on which nobody listens', async () => {
    const { ports } = make();

    const port = await ports.free();

    expect(port).toBeGreaterThan(1_023);
    expect(port).toBeLessThan(65_536);
    expect(await ports.isTaken(port)).toBe(false);
  });

  test('50 free ports asked for at once are 50 different ones', async () => {
    const { ports } = make();

    const free = await Promise.all(Array.from({ length: 50 }, () => ports.free()));

    expect(new Set(free).size).toBe(50);
  });

  test('a port is taken while something listens on it, and free again afterwards', async () => {
    const { ports, listen } = make();
    const port = await ports.free();

    const letGo = await listen(port);
    const during = await ports.isTaken(port);
    await letGo();

    expect(during).toBe(true);
    expect(await ports.isTaken(port)).toBe(false);
  });
}
