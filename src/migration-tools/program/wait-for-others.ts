import { textOf } from '../../domain/migration/row.ts';
import { LockHeld } from '../../errors.ts';
import type { MigrationSession } from '../tool.ts';
import { programName } from './environment.ts';

const longestWaitMs = 60_000;
const pollMs = 250;

/**
 * A program outlives a runner that was killed, and our lock went with that runner: wait until it has ended.
 *
 * Throws LockHeld `MIGRATION_LOCK_HELD` when it does not. MariaDB has no names for sessions; there only the next
 * command on the same host, which ends what a killed one left, keeps two programs apart.
 */
export async function waitForOthers(session: MigrationSession): Promise<void> {
  if (session.dialect.engine !== 'postgres') return;
  const { clock, connection } = session;
  const deadline = clock.monotonicMs() + longestWaitMs;
  for (;;) {
    const [other] = await connection.query(
      `SELECT pid, backend_start::text AS since, left(query, 100) AS query FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1 ORDER BY backend_start LIMIT 1`,
      [programName],
    );
    if (other === undefined) return;
    if (clock.monotonicMs() > deadline) {
      throw new LockHeld(
        'MIGRATION_LOCK_HELD',
        `a migration command of another run still works on this database (server process ${textOf(other, 'pid')}, since ${textOf(other, 'since')}): ${textOf(other, 'query')}`,
        { hint: 'its runner was killed; let it end, or end it with pg_terminate_backend' },
      );
    }
    session.beforeStatement();
    await clock.sleep(pollMs, session.signal);
  }
}
