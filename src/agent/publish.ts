import type { RolloutEnd, RolloutRecord } from '../domain/rollout/messages.ts';
import type { Rollout } from './ledger.ts';
import type { App } from './app.ts';

export interface Said {
  readonly kind: string;
  readonly text: string;
  /** Counted by the feed when it is not given. */
  readonly seq?: number;
  readonly counts?: Rollout['state']['counts'];
  readonly facts?: RolloutRecord['facts'];
  readonly end?: RolloutEnd;
}

/** Tell the followers of the current rollout; the numbers come from the ledger unless newer ones are given. */
export function publish(app: App, said: Said): void {
  const { rollout } = app.journal.ledger();
  if (rollout === null) return;
  const counts = said.counts ?? rollout.state.counts;
  app.feed.publish({
    seq: said.seq ?? app.feed.nextSeq(),
    rolloutId: rollout.plan.rolloutId,
    kind: said.kind,
    text: said.text,
    weightPercent: rollout.state.weightPercent,
    requests: counts.requests,
    errors: counts.errors,
    ...(said.facts === undefined ? {} : { facts: said.facts }),
    ...(said.end === undefined ? {} : { end: said.end }),
  });
}
