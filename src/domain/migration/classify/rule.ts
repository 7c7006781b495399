import type { Action } from './actions.ts';
import type { Observation } from './observation.ts';
import type { Statement } from './statement.ts';
import type { Finding, Wrapping } from './words.ts';

/** What the server showed of a statement that ran. */
export interface Evidence {
  readonly statement: Statement;
  readonly actions: readonly Action[];
  readonly seen: Extract<Observation, { kind: 'observed' }>;
}

/** What reading the files alone tells about the place in which a statement stands. */
export interface Context {
  readonly statement: Statement;
  readonly actions: readonly Action[];
  readonly wrapping: Wrapping;
  readonly inTransaction: boolean;
  /** Made by this migration: nobody uses them yet. */
  readonly newTables: ReadonlySet<string>;
  /** Locked against everybody by an earlier statement of the same transaction. */
  readonly lockedTables: ReadonlySet<string>;
  /** `table.column` for which a CHECK (... IS NOT NULL) was validated earlier. */
  readonly checkedColumns: ReadonlySet<string>;
}

type Verdict = Omit<Finding, 'rule'> | null;

/**
 * One thing that can be wrong with a migration, with everything that is to be said about it.
 *
 * `judge` speaks from what the server showed; `predict` guesses the same from the text, when there is no server;
 * `lint` speaks of what execution cannot show, always, and never above `review`.
 */
export interface Rule {
  readonly id: string;
  /** One sentence, no full stop. */
  readonly title: string;
  readonly problem: string;
  /** What to do instead, where SQL alone does not say it. */
  readonly instead: string;
  /** Runs on a server for the rule's page, and in the tests. */
  readonly example: { readonly given: string; readonly sql: string; readonly wrapping?: Wrapping };
  /** Speaks of a release that still uses the old schema: silent in the contract phase, when none does. */
  readonly aboutOldRelease?: true;
  readonly judge?: (evidence: Evidence) => Verdict;
  readonly predict?: (action: Action, context: Context) => Verdict;
  readonly lint?: (action: Action, context: Context) => Verdict;
}

export const dangerous = (reason: string): Verdict => ({ class: 'dangerous', reason });
export const review = (reason: string): Verdict => ({ class: 'review', reason });
/** Good to know; the class stays as it is. */
export const note = (reason: string): Verdict => ({ class: 'safe', reason });

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const [last = '', ...others] = names.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}
