/** The words of a classification; every other file here speaks them. */

/** `unobserved`: it could not be executed where it is safe to watch, so nobody may call it safe. */
export type Class = 'safe' | 'review' | 'dangerous' | 'unobserved';

/** What the runner puts into one transaction: the whole file, each statement, or nothing. */
export type Wrapping = 'file' | 'statement' | 'none';

/** `contract` runs after the bake: no release uses what it removes. */
export type Phase = 'expand' | 'contract';

/** What an application does with a table. */
export type Access = 'read' | 'insert' | 'update' | 'delete';

export type Engine = 'postgres' | 'mariadb';

/** From harmless to harmful; `unobserved` may be anything, so it stands above `review`. */
const order: readonly Class[] = ['safe', 'review', 'unobserved', 'dangerous'];

export function worst(classes: readonly Class[]): Class {
  return classes.reduce<Class>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'safe');
}

/** One thing that a rule says about a statement. */
export interface Finding {
  readonly rule: string;
  readonly class: 'safe' | 'review' | 'dangerous';
  /** One sentence, with the names. */
  readonly reason: string;
}
