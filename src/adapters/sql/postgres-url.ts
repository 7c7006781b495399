import { ConfigError } from '../../errors.ts';

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Parameters after `?`, such as `sslmode`. */
  readonly parameters: URLSearchParams;
  /** For messages: everything but the password. */
  readonly label: string;
}

/**
 * Take a PostgreSQL URL apart; a `%` that begins no escape stands for itself, as libpq's users expect of a password.
 *
 * Throws ConfigError `DATABASE_URL_INVALID`, which never shows the password.
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  const url = URL.parse(text.trim().replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigError('DATABASE_URL_INVALID', 'the database URL cannot be read', {
      hint: 'write postgres://user:password@host:port/database, with @ : / ? # of a password escaped as %40 %3A %2F %3F %23',
    });
  }
  const host = url.searchParams.get('host') ?? unescape(url.hostname.replaceAll(/^\[|\]$/g, ''));
  const port = Number(url.searchParams.get('port') ?? (url.port === '' ? '5432' : url.port));
  const user = url.username === '' ? undefined : unescape(url.username);
  const database = unescape(url.pathname.slice(1)) || user || 'postgres';
  return {
    host: host === '' ? 'localhost' : host,
    port,
    database,
    user,
    password: url.password === '' ? undefined : unescape(url.password),
    parameters: url.searchParams,
    label: `${user === undefined ? '' : `${user}@`}${host === '' ? 'localhost' : host}:${port}/${database}`,
  };
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
