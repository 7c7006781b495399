import type { Dialect } from '../../domain/migration/dialect.ts';
import { Interrupted } from '../../errors.ts';
import type { Sql } from '../../ports.ts';
import { type MigrationServer, serverOf } from './server.ts';

/** Ends the statement that runs when a signal comes, so that nobody waits for a long one. */
export interface Cancellation {
  /** Throws Interrupted once the signal came. */
  check(): void;
  /** Cancel what this server process runs, from now on until `release`. */
  guard(serverPid: number): void;
  release(): void;
}

export function cancellation(
  signal: AbortSignal | undefined,
  { dialect, url }: { readonly dialect: Dialect; readonly url: string },
  ports: { readonly sql: Sql },
): Cancellation {
  let serverPid: number | null = null;
  const cancel = (): void => {
    if (serverPid !== null) void cancelStatement(serverPid, url, serverOf(dialect), ports.sql);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  return {
    check() {
      if (signal?.aborted === true) throw new Interrupted('INTERRUPTED', 'a signal ended the migration');
    },
    guard(pid) {
      serverPid = pid;
    },
    release() {
      serverPid = null;
      signal?.removeEventListener('abort', cancel);
    },
  };
}

async function cancelStatement(serverPid: number, url: string, server: MigrationServer, sql: Sql): Promise<void> {
  try {
    const connection = await sql.connect(url, { timeoutMs: 5_000, applicationName: 'fairway observer' });
    await server.cancel(connection, serverPid).catch(() => undefined);
    await connection.close();
  } catch {
    // The server is gone, and the statement with it.
  }
}
