import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHost, scope, startLoad } from '../integration/agent/host.ts';
import { until } from '../e2e/watching.ts';
import type { Host } from '../integration/agent/host.ts';

export interface RecordFigures {
  readonly records: number;
  readonly runs: number;
  readonly promoted: number;
  readonly stable: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** What did not end as it must, one line each. */
  readonly wrong: readonly string[];
}

export interface RecordCase {
  readonly victim: 'client' | 'agent';
  /** Whether somebody asks the rollout to go on afterwards; otherwise the lease decides. */
  readonly resumes: boolean;
}

export const recordCases: readonly RecordCase[] = [
  { victim: 'client', resumes: false },
  { victim: 'client', resumes: true },
  { victim: 'agent', resumes: false },
  { victim: 'agent', resumes: true },
];

const journalOf = (host: Host): readonly string[] =>
  readFileSync(`${host.stateDirectory}/apps/shop/local/journal.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** How many records a rollout of this plan leaves that nobody disturbs; a rotated journal is counted before. */
const planned = { steps: [{ weightPercent: 50, holdMs: 1_500 }], leaseMs: 700, warmMs: 0 } as const;

/**
 * SIGKILL, on real processes under load, after the n-th record of a rollout: whatever dies, one release serves at the
 * end, no request fails, and the next deploy goes through.
 */
export async function recordProof(cases: readonly RecordCase[], numbers: readonly number[]): Promise<RecordFigures> {
  const wrong: string[] = [];
  let [runs, promoted, stable, requests, failedRequests, records] = [0, 0, 0, 0, 0, 0];
  for (const { victim, resumes } of cases) {
    for (const number of numbers) {
      const label = `${victim} killed after record ${number}, ${resumes ? 'resumed' : 'left alone'}`;
      const host = await openHost();
      try {
        await host.deploy(await host.plan('1.0.0', { warmMs: 0 }));
        const before = journalOf(host).length;
        const load = startLoad(host.url, 15);
        const agentPid = await host.agentPid();
        const client = await host.client(await host.plan('1.1.0', planned), '');
        const isReached = await reached(host, before + number, () => client.exitCode !== null);
        if (isReached) records = Math.max(records, number);
        if (victim === 'client') client.kill('SIGKILL');
        else if (isReached) process.kill(agentPid, 'SIGKILL');
        if (resumes) await goOn(host);
        await until(async () => {
          const status = await host.status().catch(() => null);
          return status !== null && status.rollout === null;
        });
        client.kill('SIGKILL');
        const served = (await host.status())?.stable?.version ?? 'nothing';
        await until(
          async () => (await answers(host)).length === 1,
          () => label,
        );
        await load.stop();
        const bad = load.seen.filter((seen) => seen !== '1.0.0' && seen !== '1.1.0');
        if (bad.length > 0) wrong.push(`${label}: ${bad.length} requests failed (${bad[0]})`);
        if ((await answers(host)).join() !== served)
          wrong.push(`${label}: ${served} is stable, ${(await answers(host)).join()} answers`);
        runs += 1;
        requests += load.seen.length;
        failedRequests += bad.length;
        if (served === '1.1.0') promoted += 1;
        else if (served === '1.0.0') stable += 1;
        else wrong.push(`${label}: ${served} serves`);
        const next = await host.deploy(await host.plan('1.2.0', planned));
        if (next.outcome !== 'ok') wrong.push(`${label}: the next deploy ended ${next.outcome} (${next.code})`);
      } catch (error) {
        wrong.push(`${label}: ${String(error)}`);
      } finally {
        await host.close();
      }
    }
  }
  return { records, runs, promoted, stable, requests, failedRequests, wrong };
}

/** True as soon as the journal has so many lines; false when the rollout was over before. */
async function reached(host: Host, lines: number, isOver: () => boolean): Promise<boolean> {
  for (;;) {
    if (journalOf(host).length >= lines) return true;
    if (isOver()) return false;
    await sleep(1);
  }
}

async function answers(host: Host): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (let i = 0; i < 10; i += 1) seen.add(await host.ask());
  return [...seen].toSorted();
}

async function goOn(host: Host): Promise<void> {
  const agent = await host.connect();
  // Over already, or turned back by its lease: then there is nothing to go on with.
  await agent.request({ type: 'resume', ...scope, unattendedMs: 60_000 }).catch(() => undefined);
}
