import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Client, ClientConfig } from 'pg';
import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { SqlConnection, SqlRow } from '../../ports.ts';
import { parsePostgresUrl, type PostgresAddress } from './postgres-url.ts';
import { SqlError } from './sql-error.ts';

interface ServerError extends Error {
  readonly code?: string;
  readonly position?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly severity?: string;
}

/** One connection to PostgreSQL; `timeoutMs` bounds the connecting, the server's own settings bound statements. */
export async function connectPostgres(
  url: string,
  options: { readonly timeoutMs: number; readonly applicationName: string },
): Promise<SqlConnection> {
  const address = parsePostgresUrl(url);
  const { default: pg } = await import('pg');
  const client = new pg.Client(clientConfig(address, options));
  let gone: unknown = null;
  client.on('error', (error: unknown) => {
    gone = error;
  });
  client.on('end', () => {
    gone ??= new Error('the connection ended');
  });
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw unreachable(address, error as ServerError);
  }
  return {
    async query(text, values) {
      if (gone !== null) throw lost(address, gone);
      try {
        return await run(client, text, values);
      } catch (error) {
        throw refused(address, text, error as ServerError);
      }
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

async function run(client: Client, text: string, values: readonly unknown[] | undefined): Promise<readonly SqlRow[]> {
  const answer: unknown =
    values === undefined
      ? await client.query(text)
      : await client.query(
          text,
          values.map((value) => (typeof value === 'bigint' ? value.toString() : value)),
        );
  const last = (Array.isArray(answer) ? answer.at(-1) : answer) as { readonly rows?: readonly SqlRow[] } | undefined;
  return last?.rows ?? [];
}

function clientConfig(
  address: PostgresAddress,
  options: { readonly timeoutMs: number; readonly applicationName: string },
): ClientConfig {
  const startupOptions = address.parameters.get('options');
  return {
    host: address.host,
    port: address.port,
    database: address.database,
    ...(address.user === undefined ? {} : { user: address.user }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(startupOptions === null ? {} : { options: startupOptions }),
    application_name: options.applicationName,
    connectionTimeoutMillis: options.timeoutMs,
    keepAlive: true,
    ssl: tls(address.parameters),
  };
}

/** As libpq: `require` encrypts without asking who answers, `verify-full` asks; default: plain. */
function tls(parameters: URLSearchParams): boolean | ConnectionOptions {
  const mode = parameters.get('sslmode') ?? 'prefer';
  const rootFile = parameters.get('sslrootcert');
  const ca = rootFile === null ? {} : { ca: readFileSync(rootFile, 'utf8') };
  switch (mode) {
    case 'disable':
    case 'allow':
    case 'prefer':
      return false;
    case 'require':
      return rootFile === null ? { rejectUnauthorized: false } : ca;
    case 'verify-ca':
      return { ...ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca };
    default:
      throw new ConfigError('DATABASE_URL_INVALID', `sslmode "${mode}" is not known`, {
        hint: 'choose disable, require, verify-ca or verify-full',
      });
  }
}

/** `57P01` to `57P05` and class 08 say that the server or the connection ended, not that the statement is wrong. */
const ended = /^(08...|57P0[1-5])$/;

function refused(address: PostgresAddress, text: string, error: ServerError): Error {
  if (error.severity === undefined || error.code === undefined || ended.test(error.code)) return lost(address, error);
  return new SqlError(
    {
      kind: 'sql-failure',
      sqlState: error.code,
      message: error.message,
      ...(error.position === undefined ? {} : { position: offsetOf(text, Number(error.position)) }),
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
    { cause: error },
  );
}

/** The server counts code points from 1; a JavaScript string counts UTF-16 units from 0. */
function offsetOf(text: string, position: number): number {
  let offset = 0;
  let counted = 1;
  for (const character of text) {
    if (counted >= position) break;
    counted += 1;
    offset += character.length;
  }
  return offset;
}

function unreachable(address: PostgresAddress, error: ServerError): EnvironmentError {
  return new EnvironmentError(
    'DATABASE_UNREACHABLE',
    `${address.label} did not let us in: ${error.message || error.code}`,
    {
      hint: 'see that the server runs, and that the user, the password and the database of the URL are right',
      cause: error,
      facts: { sqlState: error.code },
    },
  );
}

function lost(address: PostgresAddress, cause: unknown): EnvironmentError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new EnvironmentError('DATABASE_GONE', `the connection to ${address.label} was lost: ${words}`, {
    hint: 'see the log of the database server',
    cause,
  });
}
