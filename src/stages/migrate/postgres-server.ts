import { excerpt } from '../../domain/migration/failure.ts';
import { textOf } from '../../domain/migration/row.ts';
import type { SqlRow } from '../../ports.ts';
import type { MigrationServer, SessionLimits } from './server.ts';

const lockKey = `hashtextextended('fairway migrations: ' || current_schema() || '.' || $1, 0)`;

export const postgresServer: MigrationServer = {
  home: async () => '',
  async reset(connection, limits) {
    await connection.query(['RESET SESSION AUTHORIZATION', 'RESET ALL', ...settings(limits)].join('; '));
  },
  async resetRole(connection) {
    await connection.query('RESET SESSION AUTHORIZATION');
  },
  async ownId(connection) {
    const [row] = await connection.query('SELECT pg_backend_pid() AS pid');
    return Number(row?.['pid']);
  },
  async tryLock(connection, table) {
    const [row] = await connection.query(`SELECT pg_try_advisory_lock(${lockKey}) AS taken`, [table]);
    return row?.['taken'] === true;
  },
  async holder(connection, table) {
    const [holder] = await connection.query(
      `SELECT a.pid, a.usename, a.application_name, a.client_addr::text, a.backend_start
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
       WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
         AND ((l.classid::bigint << 32) | l.objid::bigint) = ${lockKey}`,
      [table],
    );
    return whoIs(holder);
  },
  async blockers(connection, serverPid) {
    const rows = await connection.query(
      `SELECT pid, usename, application_name, state, query,
              extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start, backend_start)) * 1000 AS age_ms
       FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1::int)) ORDER BY age_ms DESC`,
      [serverPid],
    );
    return rows.map((row) => ({
      serverPid: Number(row['pid']),
      user: textOf(row, 'usename'),
      application: textOf(row, 'application_name'),
      state: textOf(row, 'state'),
      ageMs: Number(row['age_ms']),
      query: excerpt(textOf(row, 'query'), 200),
    }));
  },
  async cancel(connection, serverPid) {
    await connection.query('SELECT pg_cancel_backend($1::int)', [serverPid]);
  },
};

function settings({ name, lockTimeoutMs, statementTimeoutMs }: SessionLimits): readonly string[] {
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

function whoIs(holder: SqlRow | undefined): string {
  if (holder === undefined) return 'another run';
  const since = holder['backend_start'];
  const address = textOf(holder, 'client_addr');
  const from = address === '' ? '' : `, from ${address}`;
  const connected = since instanceof Date ? `, connected since ${since.toISOString()}` : '';
  return `"${textOf(holder, 'application_name')}" of ${textOf(holder, 'usename')} (server process ${textOf(holder, 'pid')}${from}${connected})`;
}
