import { excerpt } from '../../domain/migration/failure.ts';
import { textOf } from '../../domain/migration/row.ts';
import type { Clock, Sql, SqlConnection } from '../../ports.ts';

/** A session that another one waits for. */
export interface Blocker {
  readonly serverPid: number;
  readonly user: string;
  readonly application: string;
  /** `idle in transaction`, `active`. */
  readonly state: string;
  /** Since its transaction began. */
  readonly ageMs: number;
  readonly query: string;
}

export interface BlockerWatch {
  readonly connection: SqlConnection;
  /** Who was in the way when a statement last had to wait. */
  lastSeen(): readonly Blocker[];
}

/** The same connection, but when a statement takes longer than `afterMs`, somebody looks who is in its way. */
export function watchBlockers(
  connection: SqlConnection,
  about: { readonly url: string; readonly serverPid: () => number; readonly afterMs: number },
  ports: { readonly sql: Sql; readonly clock: Clock },
): BlockerWatch {
  let seen: readonly Blocker[] = [];
  const look = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await ports.clock.sleep(about.afterMs, signal);
      const found = await blockersOf(about.serverPid(), about.url, ports.sql);
      if (found.length > 0) seen = found;
    }
  };
  return {
    lastSeen: () => seen,
    connection: {
      async query(text, values) {
        const done = new AbortController();
        const looking = look(done.signal).catch(() => undefined);
        try {
          return await connection.query(text, values);
        } finally {
          done.abort();
          await looking;
        }
      },
      close: async () => await connection.close(),
    },
  };
}

/** Who holds what a session of the server waits for; none when it does not wait. */
async function blockersOf(serverPid: number, url: string, sql: Sql): Promise<readonly Blocker[]> {
  const connection = await sql.connect(url, { timeoutMs: 2_000, applicationName: 'fairway observer' });
  try {
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
  } finally {
    await connection.close();
  }
}

/** `server process 812 (app, "report"), idle in transaction for 63 s: SELECT ...` */
export function describeBlocker(blocker: Blocker): string {
  const { serverPid, user, application, state, ageMs, query } = blocker;
  return `server process ${serverPid} (${user}${application === '' ? '' : `, "${application}"`}), ${state} for ${Math.round(ageMs / 1_000)} s: ${query}`;
}
