import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHost, startLoad } from '../integration/agent/host.ts';
import { until } from '../e2e/watching.ts';
import type { Host } from '../integration/agent/host.ts';

export interface ChaosFigures {
  readonly scene: string;
  readonly outcome: string;
  readonly code: string;
  readonly served: string;
  readonly requests: number;
  readonly failedRequests: number;
  readonly wrong: readonly string[];
}

interface Scene {
  /** What happens while the canary has half of the traffic. */
  strike(host: Host): Promise<void> | void;
  readonly plan?: object;
  readonly outcome: string;
  readonly code: string | null;
  readonly served: '1.0.0' | '1.1.0';
}

const held = { steps: [{ weightPercent: 50, holdMs: 4_000 }], leaseMs: 20_000, warmMs: 0 } as const;

async function play(name: string, scene: Scene, parent?: string): Promise<ChaosFigures> {
  const host = await openHost(parent);
  const wrong: string[] = [];
  try {
    await host.deploy(await host.plan('1.0.0', { warmMs: 0 }));
    const load = startLoad(host.url, 10);
    let hasStruck = false;
    let struck: Promise<void> = Promise.resolve();
    const end = await host.deploy(await host.plan('1.1.0', { ...held, ...scene.plan }), ({ kind, weightPercent }) => {
      if (hasStruck || kind !== 'observe' || weightPercent !== 50) return;
      hasStruck = true;
      struck = Promise.resolve(scene.strike(host));
    });
    await struck;
    await until(async () => (await host.ask()) === scene.served);
    await load.stop();
    const failed = load.seen.filter((seen) => seen !== '1.0.0' && seen !== '1.1.0').length;
    const served = (await host.status())?.stable?.version ?? 'nothing';
    if (end.outcome !== scene.outcome || (scene.code !== null && end.code !== scene.code))
      wrong.push(`it ended ${end.outcome} (${end.code}): ${end.message}`);
    if (served !== scene.served) wrong.push(`${served} serves`);
    return {
      scene: name,
      outcome: end.outcome,
      code: end.code,
      served,
      requests: load.seen.length,
      failedRequests: failed,
      wrong,
    };
  } finally {
    await host.close();
  }
}

/** The source of a metric ends while a canary is judged: inconclusive, never pass, never fail. */
export async function metricsSourceKilled(): Promise<ChaosFigures> {
  const server = createServer((_request, response) => {
    const data = { resultType: 'scalar', result: [1, '1'] };
    response.end(JSON.stringify({ status: 'success', data }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const metric = { type: 'prometheus', name: 'queue', url, query: '1', failAbove: 10, every: 200, timeout: 1_000 };
  const kill = (): void => {
    server.closeAllConnections();
    server.close();
  };
  try {
    return await play('a metrics source is killed', {
      strike: kill,
      plan: { metrics: [metric] },
      outcome: 'inconclusive',
      code: 'METRIC_GONE',
      served: '1.0.0',
    });
  } finally {
    kill();
  }
}

/** The proxy is killed while both releases serve: it comes back with the stable one, and users wait for a moment. */
export async function proxyKilled(): Promise<ChaosFigures> {
  return await play('the proxy is killed', {
    strike: (host) => {
      const pid = host.pids().find((each) => /proxy\.(ts|js)/.test(commandOf(each)));
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    // Nobody can tell any more how the canary does: it knows the stable release only.
    outcome: 'inconclusive',
    code: 'EVIDENCE_GONE',
    served: '1.0.0',
  });
}

const fullMb = 48;

/**
 * The disk of the journal is full at the next record: all traffic to stable at once, and the rollout ends rolled back
 * when there is room again. Needs to be root, for a file system of its own; null where it is not.
 */
export async function diskFull(): Promise<ChaosFigures | null> {
  const place = mkdtempSync(join(tmpdir(), 'fairway-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${fullMb}m`, 'tmpfs', place]);
  if (mounted.status !== 0) {
    rmSync(place, { recursive: true });
    return null;
  }
  try {
    const filler = join(place, 'filler');
    return await play(
      'the disk is full at a journal write',
      {
        async strike(host) {
          const { bavail, bsize } = statfsSync(place);
          writeFileSync(filler, Buffer.alloc(bavail * bsize));
          // The hold ends, its record cannot be written, and nobody gets the canary any more.
          await until(async () => {
            // By chance, at 50 %, once in a thousand million.
            for (let asked = 0; asked < 30; asked += 1) if ((await host.ask()) !== '1.0.0') return false;
            return statfsSync(place).bavail === 0;
          });
          rmSync(filler);
        },
        plan: {
          leaseMs: 60_000,
          steps: [
            { weightPercent: 50, holdMs: 1_500 },
            { weightPercent: 75, holdMs: 1_500 },
          ],
        },
        outcome: 'error',
        code: 'JOURNAL_NOT_WRITTEN',
        served: '1.0.0',
      },
      place,
    );
  } finally {
    spawnSync('umount', ['-l', place]);
    rmSync(place, { recursive: true, force: true });
  }
}

/** A client that is stopped past its lease and wakes up changes nothing. */
export async function clientSleeps(): Promise<ChaosFigures> {
  const host = await openHost();
  const wrong: string[] = [];
  try {
    await host.deploy(await host.plan('1.0.0', { warmMs: 0 }));
    const load = startLoad(host.url, 10);
    const steps = [{ weightPercent: 50, holdMs: 60_000 }];
    const client = await host.client(await host.plan('1.1.0', { ...held, steps, leaseMs: 1_000 }), 'observe 50');
    client.kill('SIGSTOP');
    await until(async () => (await host.status())?.rollout === null);
    const next = await host.deploy(await host.plan('1.2.0', { ...held, steps: [{ weightPercent: 50, holdMs: 300 }] }));
    client.kill('SIGCONT');
    await new Promise((resolve) => client.once('exit', resolve));
    await load.stop();
    const failed = load.seen.filter((seen) => !/^1\.[012]\.0$/.test(seen)).length;
    const status = await host.status();
    if (next.outcome !== 'ok') wrong.push(`the next deploy ended ${next.outcome} (${next.code})`);
    if (status?.stable?.version !== '1.2.0') wrong.push(`${status?.stable?.version} serves after it woke up`);
    if (status?.lock !== null || status.rollout !== null) wrong.push('a lock or a rollout is left');
    return {
      scene: 'a client sleeps past its lease and wakes up',
      outcome: next.outcome,
      code: next.code,
      served: status?.stable?.version ?? 'nothing',
      requests: load.seen.length,
      failedRequests: failed,
      wrong,
    };
  } finally {
    await host.close();
  }
}

function commandOf(pid: number): string {
  return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}
