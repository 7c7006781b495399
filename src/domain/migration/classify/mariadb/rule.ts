import type { Finding } from '../words.ts';
import type { MariadbObservation } from './observation.ts';
import type { Asked } from './read.ts';

export type Seen = Extract<MariadbObservation, { kind: 'observed' }>;

/** One thing that can be wrong with a migration of MariaDB, with everything that is to be said about it. */
export interface MariadbRule {
  readonly id: string;
  /** One sentence, no full stop. */
  readonly title: string;
  readonly problem: string;
  /** What to do instead. */
  readonly instead: string;
  /** Runs on a server for the rule's page, and in the tests; `safer` does the same, or its first part, without harm. */
  readonly example: { readonly given: string; readonly sql: string; readonly safer?: string };
  /** Speaks of a release that still uses the old schema: silent in the contract phase, when none does. */
  readonly aboutOldRelease?: true;
  readonly judge: (asked: Asked, seen: Seen) => Omit<Finding, 'rule'> | null;
}

export const books =
  'CREATE TABLE books (id int AUTO_INCREMENT PRIMARY KEY, title varchar(100) NOT NULL, pages int) ENGINE = InnoDB';
