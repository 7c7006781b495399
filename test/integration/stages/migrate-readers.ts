import { migrateApply } from '../../../src/stages/migrate.ts';
import type { Database, MigrateWorld } from './migrate-world.ts';

export interface ReadersSeen {
  readonly kind: Awaited<ReturnType<typeof migrateApply>>['kind'];
  readonly lockTimeoutMs: number;
  /** How often the migration asked for its lock, in vain each time. */
  readonly attempts: number;
  readonly delaysMs: readonly number[];
  /** What the server refused the readers. */
  readonly refused: readonly string[];
}

/**
 * Migrate a table that an idle transaction has read and never lets go, while four others go on reading it; a reader
 * that waits longer than `patienceMs` is refused.
 */
export async function readWhileWaiting(
  here: MigrateWorld,
  database: Database,
  about: { readonly lockTimeoutMs: number; readonly attempts: number; readonly patienceMs: number },
): Promise<ReadersSeen> {
  const first = { '0001_a.sql': 'CREATE TABLE a (id int);' };
  await migrateApply(await database.input(first), here.ports);
  const connect = async () =>
    await here.ports.sql.connect(database.url, { timeoutMs: 5_000, applicationName: 'reader' });
  const idle = await connect();
  await idle.query('BEGIN');
  await idle.query('SELECT * FROM a');
  const ending = new AbortController();
  const delaysMs: number[] = [];
  const refused: string[] = [];
  const readers = Array.from({ length: 4 }, async () => {
    const connection = await connect();
    await connection.query(`SET statement_timeout = ${about.patienceMs}`);
    while (!ending.signal.aborted) {
      const begin = performance.now();
      await connection.query('SELECT * FROM a').catch((error: unknown) => refused.push(String(error)));
      delaysMs.push(performance.now() - begin);
      await here.ports.clock.sleep(5);
    }
    await connection.close();
  });
  const lockRetry = { attempts: about.attempts, firstPauseMs: 50, longestPauseMs: 100 };
  let asked = 1;
  try {
    const input = await database.input({ ...first, '0002_b.sql': 'ALTER TABLE a ADD b int;' });
    const { kind } = await migrateApply(
      { ...input, lockTimeoutMs: about.lockTimeoutMs, lockRetry, onProgress: () => void (asked += 1) },
      here.ports,
    );
    return { kind, lockTimeoutMs: about.lockTimeoutMs, attempts: asked, delaysMs, refused };
  } finally {
    ending.abort();
    await Promise.all(readers);
    await idle.close();
  }
}
