import type { RolloutEnd, Scope } from '../domain/rollout/messages.ts';
import type { ReleaseRef, RolloutPlan } from '../domain/rollout/plan.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { Target, TargetContext } from '../targets/target.ts';
import { createFeed } from './feed.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { openJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import type { KeptRelease, Ledger, Rollout } from './ledger.ts';
import { openLease } from './lease.ts';
import type { Lease } from './lease.ts';
import { noProxy } from './no-proxy.ts';
import { readSecrets } from './secrets.ts';
import type { AgentWorld } from './world.ts';

/** One application and environment on this host: what is remembered, who follows, who was heard. */
export interface App {
  readonly scope: Scope;
  readonly directory: string;
  readonly journal: Journal;
  readonly feed: Feed;
  readonly lease: Lease;
  /** For whoever decides on the ledger and then writes: one at a time. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** For whoever keeps the stable release up; a promotion waits for it, so that nobody starts the old one again. */
  upkeep<T>(work: () => Promise<T>): Promise<T>;
}

const longestLeaseMs = 24 * 3_600_000;

export function appDirectory(stateDirectory: string, scope: Scope): string {
  return `${stateDirectory}/apps/${scope.app}/${scope.environment}`;
}

/** Throws EnvironmentError `JOURNAL_CORRUPT`. */
export async function openApp(scope: Scope, world: AgentWorld): Promise<App> {
  const directory = appDirectory(world.stateDirectory, scope);
  await world.files.makeDirectory(directory, 0o700);
  const journal = await openJournal(directory, world);
  const { lastSeq, rollout } = journal.ledger();
  const feed = createFeed(lastSeq, world.clock);
  if (rollout?.end) feed.publish(endRecord(rollout, rollout.end, lastSeq));
  return {
    scope,
    directory,
    journal,
    feed,
    lease: await openLease(directory, longestLeaseMs, world),
    exclusive: oneAtATime(),
    upkeep: oneAtATime(),
  };
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
}

/** Whoever asks again after an agent began anew still gets the outcome. */
function endRecord({ plan, state }: Rollout, end: RolloutEnd, seq: number): FeedEntry {
  const { weightPercent, counts } = state;
  return { seq, rolloutId: plan.rolloutId, kind: 'ended', text: end.message, weightPercent, ...counts, end };
}

export function stableOf(ledger: Ledger): KeptRelease | null {
  return ledger.stableId === null ? null : (ledger.releases[ledger.stableId] ?? null);
}

/** The rollout that is under way, held ones included; null when the last one has ended for good. */
export function openRollout(ledger: Ledger): Rollout | null {
  const { rollout } = ledger;
  return rollout === null || (rollout.end !== null && rollout.state.phase !== 'held') ? null : rollout;
}

export function refOf({ version, commit, artifact }: ReleaseRef): ReleaseRef {
  return { version, commit, artifact };
}

/** What a release runs on. */
export interface Ground {
  readonly target: Target;
  readonly proxy: Proxy;
  readonly context: TargetContext;
}

export function takesTraffic({ release }: Pick<RolloutPlan, 'release'>): boolean {
  return release.processes.some(({ traffic }) => traffic);
}

export function groundOf(app: App, kept: Pick<KeptRelease, 'plan'>, world: AgentWorld): Ground {
  const secret = async (name: string): Promise<string> =>
    (await readSecrets(app.directory, kept.plan.release.id, [name], world))[name] ?? '';
  return {
    target: world.plugins.target(kept.plan.target),
    proxy: takesTraffic(kept.plan) ? world.plugins.proxy(kept.plan.proxy, app.directory, secret) : noProxy,
    context: { directory: app.directory, scope: app.scope },
  };
}
