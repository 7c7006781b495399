import type { Dialect } from '../../domain/migration/dialect.ts';
import type { SqlConnection } from '../../ports.ts';
import type { Blocker } from './blockers.ts';
import { mariadbServer } from './mariadb-server.ts';
import { postgresServer } from './postgres-server.ts';

/** Limits that hold for every statement of a run. */
export interface SessionLimits {
  /** How the session is called in the server's views and log. */
  readonly name: string;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** What a runner asks of a server besides running statements; one per engine. */
export interface MigrationServer {
  /** The database that the session is in, to be found again after a script that left it. */
  home(connection: SqlConnection): Promise<string>;
  /** Put every setting back that a script may have changed, and set the limits. */
  reset(connection: SqlConnection, limits: SessionLimits, home: string): Promise<void>;
  resetRole(connection: SqlConnection): Promise<void>;
  /** The session's own id in the server. */
  ownId(connection: SqlConnection): Promise<number>;
  /** Ask once, and never wait. The lock goes with the session. */
  tryLock(connection: SqlConnection, table: string): Promise<boolean>;
  /** Who has the lock, in words. */
  holder(connection: SqlConnection, table: string): Promise<string>;
  /** Who holds what a session waits for; none when it does not wait. */
  blockers(connection: SqlConnection, serverPid: number): Promise<readonly Blocker[]>;
  /** End the statement that a session runs. */
  cancel(connection: SqlConnection, serverPid: number): Promise<void>;
}

const servers: Readonly<Record<Dialect['engine'], MigrationServer>> = {
  postgres: postgresServer,
  mariadb: mariadbServer,
};

export function serverOf({ engine }: Pick<Dialect, 'engine'>): MigrationServer {
  return servers[engine];
}
