import type { Dialect } from '../../domain/migration/dialect.ts';
import { textOf } from '../../domain/migration/row.ts';
import { LockHeld } from '../../errors.ts';
import type { MigrationSession } from '../../migration-tools/tool.ts';
import type { Clock, Sql, SqlConnection, SqlRow } from '../../ports.ts';

export interface SessionOptions {
  readonly url: string;
  readonly runId: string;
  readonly dialect: Dialect;
  readonly table: string;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** How long another runner is waited for. */
  readonly lockWaitMs: number;
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
  try {
    const reset = async (): Promise<void> => {
      await connection.query(['RESET SESSION AUTHORIZATION', 'RESET ALL', ...settings(name, options)].join('; '));
    };
    await reset();
    await takeLock(connection, options, ports);
    const [row] = await connection.query('SELECT pg_backend_pid() AS pid');
    return {
      connection,
      dialect: options.dialect,
      table: options.table,
      runId: options.runId,
      clock: ports.clock,
      beforeStatement: options.beforeStatement,
      reset,
      serverPid: Number(row?.['pid']),
      close: async () => await connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function settings(name: string, { lockTimeoutMs, statementTimeoutMs }: SessionOptions): readonly string[] {
  return [
    `SET lock_timeout = ${Math.round(lockTimeoutMs)}`,
    `SET statement_timeout = ${Math.round(statementTimeoutMs)}`,
    'SET idle_in_transaction_session_timeout = 0',
    "SELECT set_config('idle_session_timeout', '0', false) WHERE current_setting('idle_session_timeout', true) IS NOT NULL",
    // The server sees that its client died while a statement runs, and ends it; not every platform can.
    "DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', false); EXCEPTION WHEN OTHERS THEN NULL; END $$",
    `SET application_name = '${name.replaceAll("'", "''")}'`,
  ];
}

const lockKey = `hashtextextended('fairway migrations: ' || current_schema() || '.' || $1, 0)`;

async function takeLock(connection: SqlConnection, options: SessionOptions, { clock }: SessionPorts): Promise<void> {
  const deadline = clock.monotonicMs() + options.lockWaitMs;
  for (;;) {
    const [row] = await connection.query(`SELECT pg_try_advisory_lock(${lockKey}) AS taken`, [options.table]);
    if (row?.['taken'] === true) return;
    if (clock.monotonicMs() >= deadline) throw await lockHeld(connection, options);
    await clock.sleep(pollMs);
    options.beforeStatement();
  }
}

async function lockHeld(connection: SqlConnection, { table, lockWaitMs }: SessionOptions): Promise<LockHeld> {
  const [holder] = await connection.query(
    `SELECT a.pid, a.usename, a.application_name, a.client_addr::text, a.backend_start
     FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
       AND ((l.classid::bigint << 32) | l.objid::bigint) = ${lockKey}`,
    [table],
  );
  return new LockHeld(
    'MIGRATION_LOCK_HELD',
    `${whoIs(holder)} migrates this database; waited ${lockWaitMs / 1_000} s for it`,
    {
      hint: 'wait for it to end, then run the command again; the lock goes with its connection',
    },
  );
}

function whoIs(holder: SqlRow | undefined): string {
  if (holder === undefined) return 'another run';
  const since = holder['backend_start'];
  const address = textOf(holder, 'client_addr');
  const from = address === '' ? '' : `, from ${address}`;
  const connected = since instanceof Date ? `, connected since ${since.toISOString()}` : '';
  return `"${textOf(holder, 'application_name')}" of ${textOf(holder, 'usename')} (server process ${textOf(holder, 'pid')}${from}${connected})`;
}
