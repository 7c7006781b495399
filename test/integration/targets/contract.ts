import { afterEach, beforeEach, describe, expect, test as always } from 'vitest';
import type { ProcessSpec, ReleaseSpec } from '../../../src/domain/rollout/plan.ts';
import type { Instance, Target, TargetContext } from '../../../src/targets/target.ts';
import { eventually } from '../../fakes/running.ts';
import { ask } from '../proxies/client.ts';

/** A target under test, with a way to make artifacts that it can run. */
export interface TargetBench {
  readonly target: Target;
  readonly context: TargetContext;
  /** An artifact whose `node server.js` serves (see `server.ts`); `version` tells two of them apart. */
  artifact(version: string): Promise<Pick<ReleaseSpec, 'artifact' | 'location'>>;
  close(): Promise<void>;
}

export const commit = '3f2a91c0000000000000000000000000000000ab';

export const web: ProcessSpec = {
  name: 'web',
  argv: ['node', 'server.js'],
  traffic: true,
  singleton: false,
  env: { GREETING: 'hello', SHARED: 'process' },
  readyPath: '/ready',
  readyTimeoutMs: 10_000,
  stopGraceMs: 5_000,
  maxRestarts: 3,
};

type Register = (title: string, body: () => Promise<void>) => void;

/** What everything that runs releases must do, wherever it runs them; `test` registers what needs programs. */
export function targetContract(
  name: string,
  open: () => Promise<TargetBench>,
  test: Register = (title, body) => always(title, body),
): void {
  describe(name, () => {
    let bench: TargetBench;
    let target: Target;
    let context: TargetContext;
    const started: Instance[] = [];

    beforeEach(async () => {
      bench = await open();
      ({ target, context } = bench);
    });
    afterEach(async () => {
      for (const instance of started.splice(0)) await target.stop(instance, 0);
      await bench.close();
    });

    async function release(version: string, more: Partial<ReleaseSpec> = {}): Promise<ReleaseSpec> {
      const { artifact, location } = await bench.artifact(version);
      return {
        id: `${version}-${commit.slice(0, 7)}`,
        version,
        commit,
        artifact,
        location,
        processes: [web],
        env: { SHARED: 'release', KIND: 'shop' },
        secretNames: ['PASSWORD'],
        ...more,
      };
    }
    async function start(spec: ReleaseSpec, process: ProcessSpec = web): Promise<Instance> {
      const instance = await target.start(spec, process, { PASSWORD: 's3cret' }, context);
      started.push(instance);
      return instance;
    }
    async function answers(instance: Instance, path = '/'): Promise<string> {
      return await eventually(async () => {
        const reply = await ask(`http://${instance.address}${path}`).catch(() => null);
        return reply === null ? null : reply.body.toString();
      });
    }
    const untilDead = async (instance: Instance): Promise<unknown> =>
      await eventually(async () => !(await target.isRunning(instance)) || null);

    test('a release is prepared, started, answers on its address, and is gone after the stop', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const instance = await start(spec);

      expect(await answers(instance)).toBe('1.4.0');
      expect(instance).toMatchObject({ releaseId: spec.id, process: 'web' });
      expect(await target.isRunning(instance)).toBe(true);
      await target.stop(instance, 5_000);
      expect(await target.isRunning(instance)).toBe(false);
      await expect(ask(`http://${instance.address}/`)).rejects.toThrow('ECONNREFUSED');
      await target.stop(instance, 5_000);
    });

    test('two releases run side by side', async () => {
      const [old, fresh] = [await release('1.4.0'), await release('1.5.0')];
      await target.prepare(old, context);
      await target.prepare(fresh, context);
      const [one, other] = [await start(old), await start(fresh)];

      expect([await answers(one), await answers(other)]).toEqual(['1.4.0', '1.5.0']);
      expect(one.address).not.toBe(other.address);
    });

    test('doing it again changes nothing: the same release is prepared and started once', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      await target.prepare(spec, context);
      const first = await start(spec);
      await answers(first);

      expect(await target.start(spec, web, {}, context)).toEqual(first);
      await target.prepare(spec, context);
      expect(await answers(first)).toBe('1.4.0');
    });

    test('an instance is plain JSON: whoever reads it later finds and stops the same process', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const remembered = JSON.parse(JSON.stringify(await start(spec))) as Instance;

      expect(await target.isRunning(remembered)).toBe(true);
      await target.stop(remembered, 1_000);
      expect(await target.isRunning(remembered)).toBe(false);
    });

    test('a process that ended can be started again', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const first = await start(spec);
      await answers(first);
      await ask(`http://${first.address}/exit`).catch(() => null);
      await untilDead(first);
      const second = await start(spec);

      expect(await answers(second)).toBe('1.4.0');
      expect(second.handle).not.toEqual(first.handle);
    });

    test('a process gets its variables, the stronger ones last, its secrets, and what it is', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const env = JSON.parse(await answers(await start(spec), '/env')) as Record<string, string>;

      expect(env).toMatchObject({
        KIND: 'shop',
        SHARED: 'process',
        GREETING: 'hello',
        PASSWORD: 's3cret',
        FAIRWAY_RELEASE: '1.4.0-3f2a91c',
        FAIRWAY_VERSION: '1.4.0',
        FAIRWAY_COMMIT: commit,
      });
      expect(env).not.toHaveProperty('VITEST');
    });

    test('a process without traffic has no address', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const worker = { ...web, name: 'worker', argv: ['node', 'worker.js'], traffic: false } as const;
      const instance = await start(spec, worker);

      expect(instance.address).toBeNull();
      const lines = await eventually(async () => {
        const found = await target.logs(instance, 10);
        return found.length === 0 ? null : found;
      });
      expect(lines).toEqual(['worker without a port']);
    });

    test('the last lines that a process wrote are kept when it is gone', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const noisy = { ...web, argv: ['node', 'noisy.js'] } as const;
      const instance = await start(spec, noisy);
      await untilDead(instance);

      const all = await target.logs(instance, 2_000);
      expect(all).toHaveLength(1_000);
      // Two streams: each keeps its order, and nobody promises which of them is read first.
      expect(all.filter((line) => line.startsWith('line'))).toEqual(
        Array.from({ length: 999 }, (_, index) => `line ${index + 1}`),
      );
      expect(all).toContain('it broke');
      expect(await target.logs(instance, 3)).toEqual(all.slice(-3));
    });

    test('a process that does not listen to the polite signal is ended after the grace', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      const instance = await start(spec, { ...web, env: { STUBBORN: '1' } });
      await answers(instance);
      await target.stop(instance, 200);

      expect(await target.isRunning(instance)).toBe(false);
    });

    test('an artifact that is not what its digest says is refused and cannot be started', async () => {
      const spec = await release('1.4.0');
      const other = await release('1.5.0');
      const forged = { ...spec, location: other.location };

      await expect(target.prepare(forged, context)).rejects.toMatchObject({
        code: 'ARTIFACT_CHANGED',
        family: 'environment',
      });
      await expect(target.start(forged, web, {}, context)).rejects.toMatchObject({ code: 'RELEASE_NOT_PREPARED' });
    });

    test('a program that is not in the artifact cannot be started', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);

      await expect(start(spec, { ...web, argv: ['./no-such-program'] })).rejects.toMatchObject({
        code: 'TOOL_MISSING',
      });
    });

    test('a release that was discarded is gone; discarding it again is fine', async () => {
      const spec = await release('1.4.0');
      await target.prepare(spec, context);
      await target.discard(spec.id, context);
      await target.discard(spec.id, context);

      await expect(target.start(spec, web, {}, context)).rejects.toMatchObject({ code: 'RELEASE_NOT_PREPARED' });
    });
  });
}
