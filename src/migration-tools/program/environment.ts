import type { Dialect } from '../../domain/migration/dialect.ts';

/** How the sessions of a program are called in PostgreSQL. */
export const programName = 'fairway command';

/** Where a program finds its database; the password is in the environment only. */
export interface ProgramDatabase {
  readonly url: string;
  readonly dialect: Pick<Dialect, 'engine'>;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Default: `postgresql`, `mysql`. */
  readonly urlScheme?: string | undefined;
}

/**
 * DATABASE_URL and the variables that clients of the engine read by themselves.
 *
 * Timeouts reach whatever uses libpq or follows it, by PGOPTIONS; MariaDB's clients have no such variable.
 */
export function programEnvironment(database: ProgramDatabase): Readonly<Record<string, string>> {
  const url = new URL(wellFormed(database.url));
  const text = programUrl(database);
  const [user, password] = [decode(url.username), decode(url.password)];
  const name = decode(url.pathname.slice(1));
  if (database.dialect.engine === 'mariadb') {
    return present({
      DATABASE_URL: text,
      MYSQL_HOST: url.hostname,
      MYSQL_TCP_PORT: url.port === '' ? '3306' : url.port,
      MYSQL_USER: user,
      MYSQL_PWD: password,
      MYSQL_DATABASE: name,
    });
  }
  const limits = [`lock_timeout=${database.lockTimeoutMs}`, `statement_timeout=${database.statementTimeoutMs}`];
  return present({
    DATABASE_URL: text,
    PGHOST: url.searchParams.get('host') ?? url.hostname.replaceAll(/^\[|\]$/g, ''),
    PGPORT: url.searchParams.get('port') ?? (url.port === '' ? '5432' : url.port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: name,
    PGSSLMODE: url.searchParams.get('sslmode') ?? '',
    PGSSLROOTCERT: url.searchParams.get('sslrootcert') ?? '',
    PGAPPNAME: programName,
    PGOPTIONS: limits.map((limit) => `-c ${limit}`).join(' '),
  });
}

/** The URL with the scheme that programs of the engine know (`mariadb://` is our own word), and their name in it. */
export function programUrl({ url, dialect, urlScheme }: ProgramDatabase): string {
  const usual = dialect.engine === 'mariadb' ? 'mysql' : 'postgresql';
  const text = wellFormed(url).replace(/([?&]application_name=)[^&]*/, `$1${encodeURIComponent(programName)}`);
  return text.replace(/^[^:]+(?=:)/, urlScheme ?? usual);
}

/** A `%` that begins no escape stands for itself. */
function wellFormed(url: string): string {
  return url.trim().replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25');
}

function present(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
