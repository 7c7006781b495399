import type { Clock, Sql, SqlConnection } from '../../ports.ts';
import type { MigrationServer } from './server.ts';

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
  about: {
    readonly url: string;
    readonly server: MigrationServer;
    readonly serverPid: number;
    readonly afterMs: number;
  },
  ports: { readonly sql: Sql; readonly clock: Clock },
): BlockerWatch {
  let seen: readonly Blocker[] = [];
  const look = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await ports.clock.sleep(about.afterMs, signal);
      const found = await blockersOf(about.serverPid, about.url, about.server, ports.sql);
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

async function blockersOf(
  serverPid: number,
  url: string,
  server: MigrationServer,
  sql: Sql,
): Promise<readonly Blocker[]> {
  const connection = await sql.connect(url, { timeoutMs: 2_000, applicationName: 'fairway observer' });
  try {
    return await server.blockers(connection, serverPid);
  } finally {
    await connection.close();
  }
}

/** `server process 812 (app, "report"), idle in transaction for 63 s: SELECT ...` */
export function describeBlocker(blocker: Blocker): string {
  const { serverPid, user, application, state, ageMs, query } = blocker;
  return `server process ${serverPid} (${user}${application === '' ? '' : `, "${application}"`}), ${state} for ${Math.round(ageMs / 1_000)} s: ${query}`;
}
