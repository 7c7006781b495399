import type { Answers, Request } from '../domain/rollout/messages.ts';
import { barrierTo, leftBehind, type NoReturn } from '../domain/rollout/no-return.ts';
import { labelOf } from '../domain/migration/migration.ts';
import { GateFailed } from '../errors.ts';
import type { App } from './app.ts';
import type { KeptRelease } from './ledger.ts';
import { assertHeld } from './locking.ts';
import type { AgentWorld } from './world.ts';

/** Remember, before contract steps run, which releases they leave behind; or that nothing of them took effect. */
export async function passNoReturn(
  app: App,
  { runId, steps, holds }: Extract<Request, { type: 'no-return' }>,
  { clock }: AgentWorld,
): Promise<Answers['no-return']> {
  const { owner } = assertHeld(app, runId);
  const kept = Object.values(app.journal.ledger().releases).filter(({ promotedAt }) => promotedAt !== null);
  const releases = leftBehind(
    kept.map(({ plan }) => plan.release),
    steps,
  );
  const record: NoReturn = { at: clock.now().toISOString(), who: owner.who, runId, steps, releases };
  await app.journal.append({ kind: 'no-return', record, holds });
  return { releases };
}

/** Throws GateFailed `PAST_NO_RETURN` when the database no longer has what a release needs. */
export function refuseBarred({ version, plan }: KeptRelease, noReturns: readonly NoReturn[]): void {
  const barrier = barrierTo(plan.release, noReturns);
  if (barrier === null) return;
  const steps = barrier.steps.map(labelOf).join(', ');
  throw new GateFailed(
    'PAST_NO_RETURN',
    `${version} needs what ${steps} removed from the database on ${barrier.at} (by ${barrier.who}): it can no longer be returned to`,
    {
      hint: 'Mend what serves and ship it; to have the old schema back, restore the backup that was made before the step.',
      facts: { noReturn: barrier },
    },
  );
}
