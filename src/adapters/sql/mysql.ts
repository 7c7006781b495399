import type { Connection, ConnectionOptions } from 'mysql2/promise';
import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { SqlConnection, SqlRow, SqlValue } from '../../ports.ts';
import { SqlError } from './sql-error.ts';

interface ServerError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly sqlMessage?: string;
  readonly sqlState?: string;
  readonly fatal?: boolean;
}

/** Server is shutting down, connection was killed: the statement is not to blame. */
const ended = [1053, 1927, 2006, 2013, 4031];

/** One connection to MariaDB or MySQL; `timeoutMs` bounds the connecting, the server's own settings bound statements. */
export async function connectMysql(
  url: string,
  options: { readonly timeoutMs: number; readonly applicationName: string },
): Promise<SqlConnection> {
  const { config, label } = address(url, options);
  const { createConnection } = await import('mysql2/promise');
  let connection: Connection;
  try {
    connection = await createConnection(config);
  } catch (error) {
    throw unreachable(label, error as ServerError);
  }
  let gone: unknown = null;
  connection.on('error', (error: unknown) => {
    gone = error;
  });
  return {
    async query(text, values) {
      if (gone !== null) throw lost(label, gone);
      try {
        return await run(connection, text, values);
      } catch (error) {
        throw refused(label, error as ServerError);
      }
    },
    async close() {
      await connection.end().catch(() => connection.destroy());
    },
  };
}

async function run(
  connection: Connection,
  text: string,
  values: readonly SqlValue[] | undefined,
): Promise<readonly SqlRow[]> {
  const [rows] = await connection.query(
    text,
    values?.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value)),
  );
  return Array.isArray(rows) ? (rows as readonly SqlRow[]) : [];
}

function address(
  text: string,
  options: { readonly timeoutMs: number; readonly applicationName: string },
): { readonly config: ConnectionOptions; readonly label: string } {
  const url = URL.parse(text.trim().replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  if (url === null || !/^(mariadb|mysql):$/.test(url.protocol)) {
    throw new ConfigError('DATABASE_URL_INVALID', 'the database URL cannot be read', {
      hint: 'write mariadb://user:password@host:port/database, with @ : / ? # of a password escaped as %40 %3A %2F %3F %23',
    });
  }
  const socketPath = url.searchParams.get('socket');
  const database = decodeURIComponent(url.pathname.slice(1));
  const host = decodeURIComponent(url.hostname.replaceAll(/^\[|\]$/g, '')) || 'localhost';
  const port = url.port === '' ? 3306 : Number(url.port);
  const user = decodeURIComponent(url.username);
  return {
    label: `${user === '' ? '' : `${user}@`}${socketPath ?? `${host}:${port}`}/${database}`,
    config: {
      ...(socketPath === null ? { host, port } : { socketPath }),
      ...(user === '' ? {} : { user }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      ...(database === '' ? {} : { database }),
      connectTimeout: options.timeoutMs,
      connectAttributes: { program_name: options.applicationName },
      charset: 'utf8mb4',
      timezone: 'Z',
      dateStrings: true,
      supportBigNumbers: true,
      ...(url.searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
    },
  };
}

function refused(label: string, error: ServerError): Error {
  const { errno, fatal, sqlMessage } = error;
  if (errno === undefined || fatal === true || ended.includes(errno)) return lost(label, error);
  return new SqlError(
    { kind: 'sql-failure', sqlState: String(errno), message: sqlMessage ?? error.message },
    { cause: error },
  );
}

function lost(label: string, cause: unknown): EnvironmentError {
  return new EnvironmentError('DATABASE_LOST', `the connection to ${label} was lost`, {
    hint: 'see whether the server runs, and its log',
    cause,
  });
}

function unreachable(label: string, error: ServerError): EnvironmentError {
  return new EnvironmentError(
    'DATABASE_UNREACHABLE',
    `${label} does not answer: ${error.sqlMessage ?? error.message}`,
    {
      hint: 'see whether the server runs, and whether address, user and password are right',
      cause: error,
    },
  );
}
