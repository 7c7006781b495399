import { createAgent } from '../../../src/agent/agent.ts';
import type { Agent } from '../../../src/agent/agent.ts';
import type { JournalRecord } from '../../../src/agent/fact.ts';
import type { AgentWorld } from '../../../src/agent/world.ts';
import type { Answers, Request, RolloutEnd, RolloutRecord, RunOwner } from '../../../src/domain/rollout/messages.ts';
import type { RolloutPlan } from '../../../src/domain/rollout/plan.ts';
import type { Reading } from '../../../src/domain/analysis/metrics.ts';
import type { SmokeReport } from '../../../src/domain/smoke/check.ts';
import type { Files, Http, ProcessIdentity } from '../../../src/ports.ts';
import { fakeClock } from '../../fakes/clock.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { fakeFiles } from '../../fakes/files.ts';
import type { FakeFiles } from '../../fakes/files.ts';
import { fakePorts } from '../../fakes/ports.ts';
import { fakeProxy } from '../../fakes/proxy.ts';
import type { FakeProxy } from '../../fakes/proxy.ts';
import { fakeTarget } from '../../fakes/target.ts';
import type { FakeTarget } from '../../fakes/target.ts';
import { planOf } from '../domain/rollout/plans.ts';

export const scope = { app: 'shop', environment: 'local' };
export const journalPath = '/state/apps/shop/local/journal.jsonl';

/** What outlives an agent: disk, proxy and processes. */
export interface Host {
  readonly clock: FakeClock;
  readonly files: FakeFiles;
  readonly proxy: FakeProxy;
  readonly target: FakeTarget;
  readonly deadProcesses: Set<number>;
  /** Whether the checks pass at a base URL. */
  smoke: (baseUrl: string) => SmokeReport['verdict'];
  /** What any metric of a plan answers. */
  metric: () => Promise<Reading>;
  readonly log: string[];
}

export function openHost(): Host {
  return {
    clock: fakeClock(),
    files: fakeFiles(),
    proxy: fakeProxy(),
    target: fakeTarget(),
    deadProcesses: new Set(),
    smoke: () => 'pass',
    metric: async () => ({ kind: 'value', value: 0 }),
    log: [],
  };
}

export interface Bench {
  readonly agent: Agent;
  /** Ask, and let time pass until the answer is there. */
  ask<R extends Request>(request: R, requestId?: string): Promise<Answers[R['type']]>;
  /** Let time pass until it is settled; at most ten minutes. */
  pass<T>(promise: Promise<T>): Promise<T>;
  follow(rolloutId: string, onRecord?: (record: RolloutRecord) => void, attends?: boolean): Promise<RolloutEnd>;
  lock(plan: RolloutPlan, process?: ProcessIdentity | null): Promise<void>;
  /** Lock, deploy, follow, unlock. */
  deploy(plan: RolloutPlan, onRecord?: (record: RolloutRecord) => void): Promise<RolloutEnd>;
}

let agents = 0;
const ready: Http = { request: async () => ({ status: 200, headers: {}, body: '', durationMs: 1 }) };

/** Once it is over, nothing that an agent asks for is ever done or answered: what SIGKILL does. */
export interface Life {
  isOver: boolean;
}

function mortal<T extends object>(port: T, life: Life): T {
  return new Proxy(port, {
    get(from, name, receiver) {
      const value: unknown = Reflect.get(from, name, receiver);
      if (typeof value !== 'function' || name === 'now' || name === 'monotonicMs') return value;
      const call = value.bind(from) as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => (life.isOver ? new Promise(() => {}) : call(...given));
    },
  });
}

/** An agent on this host; `files` may be ones that fail, `life` one that ends. */
export async function openBench(host: Host, files: Files = host.files, life: Life = { isOver: false }): Promise<Bench> {
  agents += 1;
  const clock = mortal(host.clock, life);
  const world: AgentWorld = {
    clock,
    files: mortal(files, life),
    http: ready,
    ports: fakePorts(),
    isAlive: ({ pid }) => !host.deadProcesses.has(pid),
    plugins: {
      target: () => mortal(host.target, life),
      proxy: () => mortal(host.proxy, life),
      metric: async () => await host.metric(),
      smoke: async (_specs, baseUrl) => {
        const verdict = host.smoke(baseUrl);
        const result = { name: 'GET /health', attempts: 1, durationMs: 1 };
        const check =
          verdict === 'pass' ? { kind: verdict, ...result } : { kind: verdict, ...result, reason: 'answers 500' };
        return { verdict, checks: [check] };
      },
    },
    fingerprint: (text) => `hash of ${text.length} bytes`,
    host: async () => ({ now: clock.now().toISOString(), freeDiskBytes: null, availableMemoryBytes: null }),
    newId: () => `rollback-${clock.monotonicMs()}`,
    log: (line) => host.log.push(line),
    stateDirectory: '/state',
    program: { version: '1.0.0', digest: 'abc', protocol: 1, pid: agents, startedAt: clock.now().toISOString() },
  };
  const agent = createAgent(world);

  const pass = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    await breathe();
    for (let turn = 0; turn < 2_400 && !isSettled; turn += 1) {
      if (life.isOver) throw new Error('the agent was killed');
      await host.clock.advance(250);
      await breathe();
    }
    if (!isSettled) throw new Error('ten minutes have passed and nothing came of it');
    return await settled;
  };
  const never = new AbortController().signal;
  const answer = async (request: Request, id: string, emit: (record: RolloutRecord) => void = () => {}) =>
    await agent.answer(id, request, { emit, signal: never });

  const bench: Bench = {
    agent,
    pass,
    ask: async (request, requestId = `request-${Math.trunc(clock.monotonicMs())}-${(count += 1)}`) =>
      (await pass(answer(request, requestId))) as never,
    async follow(rolloutId, onRecord = () => {}, attends = true) {
      let isOver = false;
      const attending = async (): Promise<void> => {
        while (attends && !isOver) {
          await answer({ type: 'attend', ...scope, rolloutId }, 'attend');
          await host.clock.sleep(500);
        }
      };
      const following = answer({ type: 'follow', ...scope, rolloutId, afterSeq: 0 }, 'follow', onRecord);
      void attending().catch(() => undefined);
      try {
        return (await pass(following)) as RolloutEnd;
      } finally {
        isOver = true;
      }
    },
    async lock(plan, process = null) {
      const owner: RunOwner = { runId: plan.runId, who: 'tester', command: 'deploy', process };
      await bench.ask({ type: 'lock', ...scope, owner, leaseMs: plan.leaseMs });
    },
    async deploy(plan, onRecord) {
      await bench.lock(plan);
      await bench.ask({ type: 'deploy', plan, secrets: {} });
      const end = await bench.follow(plan.rolloutId, onRecord);
      await bench.ask({ type: 'unlock', ...scope, runId: plan.runId });
      return end;
    },
  };
  await pass(agent.begin());
  return bench;
}

let count = 0;

/** Let promises that need no time run on; deeper than the clock's own turns. */
async function breathe(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function release(version: string, changes: Partial<RolloutPlan> = {}): RolloutPlan {
  const base = planOf();
  return {
    ...base,
    rolloutId: `rollout-${version}`,
    runId: `run-${version}`,
    release: { ...base.release, id: version, version },
    ...changes,
  };
}

export function records(host: Host): readonly JournalRecord[] {
  const text = host.files.texts()[journalPath] ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalRecord);
}
