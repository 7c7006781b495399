import type { Answers } from '../domain/rollout/messages.ts';
import type { Seen, Watch } from '../domain/rollout/watch.ts';
import { EnvironmentError } from '../errors.ts';
import { stableOf } from './app.ts';
import type { App } from './app.ts';
import type { Ledger } from './ledger.ts';
import type { AgentWorld } from './world.ts';

/** Watch the stable release from now on; asked again, from now on anew. Throws EnvironmentError `NOTHING_RUNS`. */
export async function beginWatch(app: App, forMs: number, { clock }: AgentWorld): Promise<Answers['watch']> {
  const ledger = app.journal.ledger();
  const stable = stableOf(ledger);
  if (stable === null) {
    throw new EnvironmentError('NOTHING_RUNS', `${app.scope.app}/${app.scope.environment}: no release serves`, {
      hint: 'Deploy one first: fairway deploy.',
    });
  }
  const since = clock.now();
  const watch: Watch = {
    releaseId: stable.id,
    version: stable.version,
    since: since.toISOString(),
    until: new Date(since.getTime() + forMs).toISOString(),
    remembered: rememberedIn(ledger, stable.id),
    seen: { requests: 0, errors: 0, p95Ms: null },
    doubts: [],
    end: null,
  };
  await app.journal.append({ kind: 'watch', watch });
  return { version: stable.version, until: watch.until };
}

/** The release before, as it did while both served. */
function rememberedIn({ rollout }: Ledger, releaseId: string): Seen | null {
  const { comparison } = rollout?.state ?? {};
  if (comparison === undefined || rollout?.plan.release.id !== releaseId || comparison.last === null) return null;
  const { requests, errors } = comparison.baseline;
  return requests === 0 ? null : { requests, errors, p95Ms: comparison.last.baseline.p95Ms };
}
