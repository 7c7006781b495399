import { excerpt } from '../../domain/migration/failure.ts';
import { textOf } from '../../domain/migration/row.ts';
import type { MigrationServer } from './server.ts';

/** Names of locks have 64 characters at most and hold for the whole server. */
const lockName = `CONCAT('fairway:', LEFT(SHA2(CONCAT(DATABASE(), '.', ?), 256), 40))`;

export const mariadbServer: MigrationServer = {
  async home(connection) {
    const [row] = await connection.query('SELECT DATABASE() AS name');
    return textOf(row, 'name');
  },
  async reset(connection, { lockTimeoutMs, statementTimeoutMs }, home) {
    const lockSeconds = Math.max(1, Math.round(lockTimeoutMs / 1_000));
    await connection.query(`USE \`${home.replaceAll('`', '``')}\``);
    for (const setting of [
      'autocommit = 1',
      'sql_mode = DEFAULT',
      'foreign_key_checks = 1',
      'unique_checks = 1',
      `time_zone = '+00:00'`,
      `lock_wait_timeout = ${lockSeconds}`,
      `innodb_lock_wait_timeout = ${lockSeconds}`,
      `max_statement_time = ${statementTimeoutMs / 1_000}`,
    ]) {
      await connection.query(`SET SESSION ${setting}`);
    }
  },
  resetRole: async () => undefined,
  async ownId(connection) {
    const [row] = await connection.query('SELECT CONNECTION_ID() AS id');
    return Number(textOf(row, 'id'));
  },
  async tryLock(connection, table) {
    const [row] = await connection.query(`SELECT GET_LOCK(${lockName}, 0) AS taken`, [table]);
    return textOf(row, 'taken') === '1';
  },
  async holder(connection, table) {
    const [row] = await connection.query(
      `SELECT ID, USER, HOST, TIME FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK(${lockName})`,
      [table],
    );
    if (row === undefined) return 'another run';
    return `${textOf(row, 'USER')} from ${textOf(row, 'HOST')} (connection ${textOf(row, 'ID')})`;
  },
  /** Locks on metadata are not shown without a plug-in: whoever has an open transaction may be in the way. */
  async blockers(connection, serverPid) {
    const rows = await connection.query(
      `SELECT p.ID, p.USER, p.COMMAND, COALESCE(p.INFO, t.trx_query, '') AS query,
              TIMESTAMPDIFF(MICROSECOND, t.trx_started, SYSDATE(6)) / 1000 AS age_ms
       FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
       WHERE p.ID <> ? AND p.ID <> CONNECTION_ID() ORDER BY t.trx_started`,
      [serverPid],
    );
    return rows.map((row) => ({
      serverPid: Number(textOf(row, 'ID')),
      user: textOf(row, 'USER'),
      application: '',
      state: textOf(row, 'COMMAND') === 'Sleep' ? 'idle in transaction' : textOf(row, 'COMMAND'),
      ageMs: Number(textOf(row, 'age_ms')),
      query: excerpt(textOf(row, 'query'), 200),
    }));
  },
  async cancel(connection, serverPid) {
    await connection.query(`KILL QUERY ${Math.trunc(serverPid)}`);
  },
};
