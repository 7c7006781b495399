import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openTestEngine } from '../integration/docker/engine.ts';
import { openHost, ownerOf, scope } from '../integration/agent/host.ts';
import type { Host } from '../integration/agent/host.ts';
import { startLoad } from '../load/load.ts';
import type { RolloutEnd } from '../../src/domain/rollout/messages.ts';
import type { RolloutPlan } from '../../src/domain/rollout/plan.ts';

/** What may grow without anybody noticing. */
export interface SoakSample {
  readonly deploys: number;
  readonly processes: number;
  readonly agentRssMb: number;
  readonly agentDescriptors: number;
  readonly proxyDescriptors: number;
  readonly releasesOnDisk: number;
  readonly stateMb: number;
  /** Docker only. */
  readonly containers: number | null;
  readonly images: number | null;
}

export interface SoakFigures {
  readonly deploys: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly samples: readonly SoakSample[];
  readonly wrong: readonly string[];
}

/** So much more memory than after the first tenth of the deploys is no growth: what a garbage collector leaves. */
const slackMb = 40;
const slackDescriptors = 8;

/** Deploys in a row under load, of real processes or real containers; nothing may grow after the first tenth of them. */
export async function soakProof(deploys: number, kind: 'process' | 'docker'): Promise<SoakFigures> {
  const engine = kind === 'docker' ? await openTestEngine() : null;
  const host = await openHost();
  // One for all: those that a client forgets to close would be the client's growth.
  const connection = await host.connect();
  const deploy = async (plan: RolloutPlan): Promise<RolloutEnd> => {
    await connection.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: plan.leaseMs });
    await connection.request({ type: 'deploy', plan, secrets: {} });
    const end = await connection.follow(scope, plan.rolloutId, () => {});
    await connection.request({ type: 'unlock', ...scope, runId: plan.runId });
    return end;
  };
  const wrong: string[] = [];
  const samples: SoakSample[] = [];
  const common = { keepReleases: 3, warmMs: 0, steps: [{ weightPercent: 50, holdMs: 200 }], drainTimeoutMs: 2_000 };
  const image =
    engine === null
      ? null
      : await engine.build(
          { 'app.mjs': readFileSync(join(import.meta.dirname, '../integration/agent/programs/app.mjs'), 'utf8') },
          ['WORKDIR /app'],
        );
  const planFor = async (n: number): Promise<RolloutPlan> => {
    const plan = await host.plan(`1.0.${n}`, common);
    if (engine === null || image === null) return plan;
    const target = {
      type: 'docker',
      host: engine.host,
      agent: 'process',
      network: 'own',
      reach: 'container',
      port: 3_000,
      volumes: {},
      init: false,
    };
    return { ...plan, target, release: { ...plan.release, artifact: `image:${image}`, location: image } };
  };
  const look = async (done: number): Promise<SoakSample> => {
    const agent = (await connection.request({ type: 'status' })).pid;
    const list = async (what: readonly string[]): Promise<number | null> =>
      engine === null ? null : (await engine.docker(...what)).split('\n').filter((line) => line !== '').length;
    const releases = join(host.stateDirectory, 'apps/shop/local/releases');
    return {
      deploys: done,
      processes: host.pids().length,
      agentRssMb: Math.round(
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${agent}/status`, 'utf8'))?.[1] ?? 0) / 1_024,
      ),
      agentDescriptors: readdirSync(`/proc/${agent}/fd`).length,
      proxyDescriptors: readdirSync(`/proc/${proxyPid(host)}/fd`).length,
      releasesOnDisk: engine === null ? readdirSync(releases).length : 0,
      stateMb: Math.round(sizeOf(join(host.stateDirectory, 'apps')) / 1e5) / 10,
      containers: await list(['ps', '--all', '--quiet']),
      images: await list(['images', '--quiet', '--filter', 'reference=fairway/*']),
    };
  };
  try {
    await deploy(await planFor(0));
    const load = startLoad({ url: host.url, requestsPerSecond: 40 });
    for (let n = 1; n <= deploys; n += 1) {
      const end = await deploy(await planFor(n));
      if (end.outcome !== 'ok') wrong.push(`deploy ${n}: ${end.outcome} (${end.code}) ${end.message}`);
      if (n % Math.max(1, Math.round(deploys / 10)) === 0) samples.push(await look(n));
    }
    const report = await load.stop();
    const [first, last] = [samples.find((sample) => sample.deploys > common.keepReleases), samples.at(-1)];
    if (first !== undefined && last !== undefined) {
      const grows = (what: keyof SoakSample, slack: number): void => {
        if ((last[what] ?? 0) > (first[what] ?? 0) + slack) wrong.push(`${what}: ${first[what]} -> ${last[what]}`);
      };
      grows('processes', 1);
      grows('agentRssMb', slackMb);
      grows('agentDescriptors', slackDescriptors);
      grows('proxyDescriptors', slackDescriptors * 4);
      // Looked at while the last one is cleared away.
      grows('releasesOnDisk', 1);
      grows('containers', 1);
      grows('images', 1);
    }
    return { deploys, requests: report.requests, failedRequests: report.failed, samples, wrong };
  } finally {
    await connection.request({ type: 'down', ...scope }).catch(() => undefined);
    await host.close();
    await engine?.close();
  }
}

function proxyPid(host: Host): number {
  const found = host.pids().find((pid) => /proxy\.(ts|js)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
  if (found === undefined) throw new Error('no proxy runs');
  return found;
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => {
    try {
      return sum + sizeOf(join(path, name));
    } catch {
      return sum;
    }
  }, 0);
}
