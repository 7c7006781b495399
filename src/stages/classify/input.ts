import type { MariadbWatcher, PostgresWatcher } from '../../databases/observe/watchers.ts';
import type { ThrowAwayServer } from '../../databases/observe/throw-away-server.ts';
import type { PostgresParser } from '../../domain/migration/classify/statement.ts';
import type { Engine, Wrapping } from '../../domain/migration/classify/words.ts';
import type { MigrationCommand } from './capture.ts';
import type { Clock, Reporter, Sql } from '../../ports.ts';

export interface MigrationText {
  /** As it is shown to people. */
  readonly path: string;
  readonly text: string;
  /** Where all its statements are said to stand, when a program wrote the text. */
  readonly line?: number;
}

/** On what schema the migrations are watched. */
export type Base =
  | { readonly kind: 'empty' }
  /** A schema dump, or the migrations before these; they run first, unwatched. */
  | { readonly kind: 'scripts'; readonly files: readonly MigrationText[] }
  /** A copy of this database. */
  | { readonly kind: 'copy'; readonly database: string };

export interface ClassifyInput {
  readonly engine: Engine;
  readonly files: readonly MigrationText[];
  readonly base: Base;
  /** `fairway`: as our own runner would wrap each file. */
  readonly wrapping: Wrapping | 'fairway';
  readonly isStatic: boolean;
  /** Read for rows and bytes only; null: nothing is predicted. */
  readonly targetUrl: string | null;
  readonly budgetMs: number;
  readonly statementTimeoutMs: number;
}

export interface ClassifyPorts {
  readonly postgres: PostgresWatcher;
  readonly mariadb: MariadbWatcher;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly sql: Sql;
  readonly random: (bytes: number) => string;
  readonly loadParser: () => Promise<PostgresParser>;
  /** Instead of files; PostgreSQL only. */
  readonly command?: MigrationCommand;
  readonly startServer: () => Promise<ThrowAwayServer>;
}
