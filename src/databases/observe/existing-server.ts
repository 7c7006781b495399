import { GateFailed } from '../../errors.ts';
import type { Sql, SqlConnection } from '../../ports.ts';
import type { ThrowAwayServer } from './throw-away-server.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]', ''];

/**
 * A server that was named by URL, used for copies of its database only; nothing is executed in the database itself.
 *
 * Refused (GateFailed `NOT_EPHEMERAL`) when it lies on another host and nobody said that it may be thrown away, or
 * when somebody is connected to the database: then it is in use, whatever its address says.
 */
export async function existingServer(
  url: string,
  mayBeThrownAway: boolean,
  sql: Sql,
): Promise<{ readonly server: ThrowAwayServer; readonly database: string }> {
  const address = new URL(url);
  const label = `${address.hostname}:${address.port === '' ? '5432' : address.port}${address.pathname}`;
  if (!mayBeThrownAway && !loopback.includes(address.hostname)) {
    throw refused(`${label} is on another host, and migrations are executed where they are watched.`);
  }
  const at = (database: string, applicationName: string): string => {
    const copy = new URL(url);
    copy.pathname = `/${encodeURIComponent(database)}`;
    copy.searchParams.set('application_name', applicationName);
    return copy.href;
  };
  const database = decodeURIComponent(address.pathname.slice(1)) || 'postgres';
  const inside = await sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway classify' });
  const others = await connectedOthers(inside);
  await inside.close();
  if (others.count > 0) {
    throw refused(`${others.count} other connection(s) use ${label}, such as "${others.example}".`);
  }
  const administrative = database === 'template1' ? 'postgres' : 'template1';
  const connection = await sql.connect(at(administrative, 'fairway classify'), {
    timeoutMs: 10_000,
    applicationName: 'fairway classify',
  });
  return {
    database,
    server: {
      version: others.version,
      url: (name, applicationName) => at(name, applicationName),
      async create(name, template) {
        const copy = template === undefined ? '' : ` TEMPLATE ${quote(template)}`;
        await connection.query(`CREATE DATABASE ${quote(name)}${copy}`);
      },
      async drop(name) {
        await connection.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
      },
      stop: async () => await connection.close(),
    },
  };
}

async function connectedOthers(
  connection: SqlConnection,
): Promise<{ readonly count: number; readonly example: string; readonly version: string }> {
  const [row] = await connection.query(
    `SELECT count(*)::int AS count, coalesce(min(nullif(application_name, '')), 'unnamed') AS example, current_setting('server_version') AS version
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  return {
    count: Number(row?.['count']),
    example: String(row?.['example']),
    version: String(row?.['version']).split(' ')[0] ?? '',
  };
}

function refused(why: string): GateFailed {
  return new GateFailed('NOT_EPHEMERAL', `${why} Nothing was executed.`, {
    hint: 'leave --database-url out (a throw-away server is started), give the target with --target-url (it is only read), or say --throw-away when the server really may be lost',
  });
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
