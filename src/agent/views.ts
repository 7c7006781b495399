import { nextAction } from '../domain/rollout/machine.ts';
import type { AppStatus, LogsAnswer, ReleaseView } from '../domain/rollout/messages.ts';
import { previousOf } from '../domain/rollout/retain.ts';
import { EnvironmentError } from '../errors.ts';
import { groundOf, openRollout, refOf, stableOf, takesTraffic } from './app.ts';
import type { App } from './app.ts';
import { bakeEnd } from './bake.ts';
import type { KeptRelease, Ledger, Rollout } from './ledger.ts';
import { gateOf, unattendedUntil } from './gate.ts';
import { isConnected } from './locking.ts';
import type { AgentWorld } from './world.ts';

/** What stands in one application and environment. */
export function statusOf(app: App, world: AgentWorld): AppStatus {
  const ledger = app.journal.ledger();
  const stable = stableOf(ledger);
  const rollout = standing(ledger);
  const ground = stable ?? rollout;
  const { lock } = ledger;
  const alone = unattendedUntil(rollout);
  return {
    ...app.scope,
    url: ground === null || !takesTraffic(ground.plan) ? null : groundOf(app, ground, world).proxy.url,
    stable: stable === null ? null : viewOf(stable, ledger),
    releases: Object.values(ledger.releases)
      .toSorted((a, b) => Number(b === stable) - Number(a === stable) || (a.since < b.since ? 1 : -1))
      .map((kept) => viewOf(kept, ledger)),
    rollout:
      rollout === null
        ? null
        : {
            rolloutId: rollout.plan.rolloutId,
            release: refOf(rollout.plan.release),
            phase:
              rollout.state.phase === 'forward'
                ? (nextAction(rollout.state, rollout.plan)?.type ?? 'forward')
                : rollout.state.phase,
            weightPercent: rollout.state.weightPercent,
            requests: rollout.state.counts.requests,
            errors: rollout.state.counts.errors,
            startedAt: rollout.startedAt,
            pausedSince: rollout.state.phase === 'forward' ? gateOf(rollout).pausedSince : null,
            unattendedUntil: alone === null ? null : new Date(alone).toISOString(),
          },
    lastRollout: lastOf(ledger),
    watch: ledger.watch ?? null,
    isClosed: ledger.isClosed === true,
    noReturns: ledger.noReturns ?? [],
    lock: lock === null ? null : { owner: lock.owner, since: lock.since, connected: isConnected(lock, app, world) },
  };
}

function lastOf({ rollout }: Ledger): NonNullable<AppStatus['lastRollout']> | null {
  if (rollout === null || rollout.end === null) return null;
  const { plan, kind, end } = rollout;
  return { rolloutId: plan.rolloutId, kind, release: refOf(plan.release), end };
}

/** A rollout whose way back failed is over, but somebody must see to it. */
function standing(ledger: Ledger): Rollout | null {
  return ledger.rollout?.state.phase === 'rollbackFailed' ? ledger.rollout : openRollout(ledger);
}

function viewOf(kept: KeptRelease, ledger: Ledger): ReleaseView {
  return {
    ...refOf(kept.plan.release),
    id: kept.id,
    state: stateOf(kept, ledger),
    since: kept.since,
    published: kept.published,
    bakedAt: kept.bakedAt ?? null,
    bakesUntil: kept.id === ledger.stableId ? bakeEnd(kept) : null,
    location: kept.plan.release.location,
    spec: kept.plan.release,
  };
}

function stateOf(kept: KeptRelease, ledger: Ledger): ReleaseView['state'] {
  if (kept.id === ledger.stableId) return 'stable';
  if (kept.id === openRollout(ledger)?.plan.release.id) return 'canary';
  if (kept.promotedAt === null) return 'failed';
  return kept.id === previousOf(Object.values(ledger.releases), stableOf(ledger), null)?.id ? 'previous' : 'kept';
}

/** The last lines of a release's processes; without a version, of the one that serves, else of the last one. */
export async function logsOf(
  app: App,
  asked: { readonly version: string | null; readonly process: string | null; readonly lines: number },
  world: AgentWorld,
): Promise<LogsAnswer> {
  const ledger = app.journal.ledger();
  const newestFirst = Object.values(ledger.releases).toSorted((a, b) => (a.since < b.since ? 1 : -1));
  const kept =
    asked.version === null
      ? (stableOf(ledger) ?? newestFirst[0])
      : newestFirst.find(({ version, id }) => version === asked.version || id === asked.version);
  if (kept === undefined) throw noSuchRelease(asked.version, app);
  const { target } = groundOf(app, kept, world);
  const names = kept.plan.release.processes.map(({ name }) => name);
  const wanted = names.filter((name) => asked.process === null || name === asked.process);
  if (wanted.length === 0) {
    throw new EnvironmentError('NO_SUCH_PROCESS', `${kept.version} has no process "${asked.process}"`, {
      hint: `It has ${names.join(', ')}.`,
    });
  }
  const linesOf = async (name: string): Promise<readonly string[]> => {
    const instance = kept.lastInstances.find(({ process }) => process === name);
    return instance === undefined ? [] : await target.logs(instance, asked.lines);
  };
  const processes = await Promise.all(wanted.map(async (process) => ({ process, lines: await linesOf(process) })));
  return { release: refOf(kept.plan.release), processes };
}

export function noSuchRelease(version: string | null, app: App): EnvironmentError {
  const { releases, stableId } = app.journal.ledger();
  const kept = Object.values(releases)
    .filter((release) => release.id !== stableId && release.promotedAt !== null)
    .map((release) => release.version);
  const what = version === null ? 'no earlier release is kept' : `release ${version} is not kept`;
  return new EnvironmentError('NO_SUCH_RELEASE', `${app.scope.app}/${app.scope.environment}: ${what}`, {
    hint: kept.length === 0 ? 'Deploy the wanted version again.' : `Kept are ${kept.join(', ')}.`,
    facts: { kept },
  });
}
