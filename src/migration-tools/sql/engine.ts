import type { Dialect } from '../../domain/migration/dialect.ts';
import type { AppliedMigration, Progress } from '../../domain/migration/migration.ts';
import type { SqlConnection } from '../../ports.ts';
import type { MigrationSession } from '../tool.ts';
import type { Journal } from './journal.ts';
import { mariadbEngine } from './mariadb/engine.ts';
import { postgresEngine } from './postgres/engine.ts';

export type At = Pick<MigrationSession, 'connection' | 'table'>;

/** Whatever is run by itself, without a transaction that would tell later whether it happened. */
export interface Outside {
  readonly text: string;
}

/** What of running and recording scripts differs between engines. */
export interface SqlEngine {
  openJournal(at: At): Promise<Journal>;
  /** What a database has; nothing where the table is absent. */
  readApplied(at: At): Promise<readonly AppliedMigration[]>;
  /** What must be known of the database before a statement that runs by itself, to find out later. */
  markBefore(connection: SqlConnection, table: string): Promise<Pick<Progress, 'schemaBefore'>>;
  /** True when an interrupted statement turns out to have done its work. */
  hasTakenEffect(statement: Outside, before: Progress, connection: SqlConnection, table: string): Promise<boolean>;
  /** Take away what an interrupted or failed statement left half done. */
  removeRemains(statement: Outside, connection: SqlConnection): Promise<void>;
  /** Run a statement that may have to wait long and hinders nobody meanwhile. */
  patiently<T>(connection: SqlConnection, work: () => Promise<T>): Promise<T>;
}

const engines: Readonly<Record<Dialect['engine'], SqlEngine>> = { postgres: postgresEngine, mariadb: mariadbEngine };

export function engineOf({ engine }: Pick<Dialect, 'engine'>): SqlEngine {
  return engines[engine];
}
