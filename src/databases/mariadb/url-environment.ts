import type { DatabaseContext, DatabasePorts, EnvironmentDatabase } from '../database.ts';
import { dumpMariadb } from './dump-backup.ts';

const connectTimeoutMs = 10_000;

/** A server that somebody else runs: it is asked whether it answers, never started or stopped. */
export function mariadbUrlEnvironment(
  url: () => Promise<string>,
  context: DatabaseContext,
  ports: DatabasePorts,
): EnvironmentDatabase {
  const ensure = async (): Promise<{ readonly url: string }> => {
    const text = await url();
    const connection = await ports.sql.connect(text, { timeoutMs: connectTimeoutMs, applicationName: 'fairway' });
    await connection.close();
    return { url: text };
  };
  return {
    ensure,
    wake: ensure,
    find: async () => await ensure().catch(() => null),
    stop: async () => undefined,
    backup: async (to) => await dumpMariadb(await url(), to, context, ports),
  };
}
