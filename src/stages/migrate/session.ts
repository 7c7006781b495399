import type { Dialect } from '../../domain/migration/dialect.ts';
import { LockHeld } from '../../errors.ts';
import type { MigrationSession } from '../../migration-tools/tool.ts';
import type { Clock, Sql, SqlConnection } from '../../ports.ts';
import { type MigrationServer, serverOf } from './server.ts';

export interface SessionOptions {
  readonly url: string;
  readonly runId: string;
  readonly dialect: Dialect;
  readonly table: string;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** How long another runner is waited for. */
  readonly lockWaitMs: number;
  readonly tree: string | null;
  readonly signal?: AbortSignal;
  readonly beforeStatement: () => void;
}

export interface LockedSession extends MigrationSession {
  /** Process id of the session in the server. */
  readonly serverPid: number;
  close(): Promise<void>;
}

export interface SessionPorts {
  readonly sql: Sql;
  readonly clock: Clock;
}

const connectTimeoutMs = 10_000;
const pollMs = 250;

/** How the sessions of a run are called in the server's views and log. */
export function sessionName(runId: string): string {
  return `fairway migrate ${runId}`.slice(0, 63);
}

/**
 * Connect and take the migration lock of the database.
 *
 * The session that holds the lock is the one that works: a killed runner's statement, should the server still be at
 * it, keeps the next runner out until it has ended. The lock is asked for again and again and never waited for inside
 * the server, since a waiting statement would hold up CREATE INDEX CONCURRENTLY of the runner that has it.
 *
 * Throws LockHeld `MIGRATION_LOCK_HELD` with who has it, EnvironmentError when the server does not answer.
 */
export async function openSession(options: SessionOptions, ports: SessionPorts): Promise<LockedSession> {
  const name = sessionName(options.runId);
  const connection = await ports.sql.connect(options.url, { timeoutMs: connectTimeoutMs, applicationName: name });
  const server = serverOf(options.dialect);
  try {
    const home = await server.home(connection);
    const reset = async (): Promise<void> => await server.reset(connection, { ...options, name }, home);
    await reset();
    await takeLock(connection, server, options, ports);
    const serverPid = await server.ownId(connection);
    return {
      connection,
      dialect: options.dialect,
      table: options.table,
      runId: options.runId,
      clock: ports.clock,
      url: options.url,
      tree: options.tree,
      lockTimeoutMs: options.lockTimeoutMs,
      statementTimeoutMs: options.statementTimeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      beforeStatement: options.beforeStatement,
      resetRole: async () => await server.resetRole(connection),
      reset,
      serverPid,
      close: async () => await connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function takeLock(
  connection: SqlConnection,
  server: MigrationServer,
  { beforeStatement, lockWaitMs, table }: SessionOptions,
  { clock }: SessionPorts,
): Promise<void> {
  const deadline = clock.monotonicMs() + lockWaitMs;
  while (!(await server.tryLock(connection, table))) {
    if (clock.monotonicMs() >= deadline) {
      const who = await server.holder(connection, table);
      throw new LockHeld(
        'MIGRATION_LOCK_HELD',
        `${who} migrates this database; waited ${lockWaitMs / 1_000} s for it`,
        {
          hint: 'wait for it to end, then run the command again; the lock goes with its connection',
        },
      );
    }
    await clock.sleep(pollMs);
    beforeStatement();
  }
}
