import type { z } from 'zod';
import type { VerifiedBackup } from './backup.ts';
import type { Dialect } from '../domain/migration/dialect.ts';
import type { Inspector } from './inspector.ts';
import type { Watcher } from './watch.ts';
import type { Clock, Daemons, Exec, Files, Ports, ServerHost, Sql } from '../ports.ts';

/** A query that the server refused, as its log tells it. */
export interface FailedQuery {
  readonly applicationName: string;
  readonly sqlState: string;
  readonly message: string;
  readonly query: string;
  /** The parameters as the server writes them (`$1 = '7', $2 = NULL`), or null. */
  readonly parameters: string | null;
}

/** A query that the server was asked, as its log tells it. */
export interface RecordedQuery {
  readonly applicationName: string;
  /** Equal for what came over one connection. */
  readonly session: string;
  readonly query: string;
  /** As in `FailedQuery`. */
  readonly parameters: string | null;
}

/** Who a connection is: the server's administrator, or a role that owns its database and nothing else. */
export type DatabaseRole = 'superuser' | 'owner';

/** A server that may be thrown away; it never holds anything of the target. */
export interface EphemeralServer {
  readonly version: string;
  /** URL of one of its databases, with a password that only this run knows. Default role: superuser. */
  url(database: string, applicationName: string, role?: DatabaseRole): string;
  /** A new database, empty or a copy of another one that nobody is connected to. */
  create(database: string, template?: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** Where the server's log of refused queries stands now; pass it to `failedQueries`. */
  mark(): Promise<number>;
  failedQueries(since: number): Promise<readonly FailedQuery[]>;
  /** From now on every query on new connections to a database is recorded. */
  record(database: string): Promise<void>;
  recordedQueries(since: number): Promise<readonly RecordedQuery[]>;
  stop(): Promise<void>;
}

/** The database that an environment really uses. */
export interface EnvironmentDatabase {
  /** Start it where it is ours to start (`embedded`); verify that it answers otherwise. */
  ensure(): Promise<{ readonly url: string }>;
  /** Null when it does not run or was never made. */
  find(): Promise<{ readonly url: string } | null>;
  /** The same, but started when it is ours, was made before and does not run; null when it was never made. */
  wake(): Promise<{ readonly url: string } | null>;
  /** End it where it is ours; its data stays. */
  stop(): Promise<void>;
  /** Copy it while it serves into a new folder, restore the copy aside and compare; throws when it is not the same. */
  backup?(to: string): Promise<VerifiedBackup>;
}

export interface DatabasePorts {
  readonly files: Files;
  readonly daemons: Daemons;
  readonly exec: Exec;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly sql: Sql;
  readonly host: ServerHost;
  /** That many random bytes, as hex. */
  readonly random: (bytes: number) => string;
}

export interface DatabaseContext {
  readonly app: string;
  readonly environment: string;
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
  /** URL of a server that may be thrown away, where one is given: then none is started. */
  readonly throwAway?: () => Promise<string>;
}

/** An engine: one file and one registry line. Its providers say where a server comes from. */
export interface DatabasePlugin<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** How its scripts are read and run. */
  readonly dialect: Dialect;
  /** Looks at a whole database; without one no down migration is ever proven faithful. */
  readonly inspector?: Inspector;
  /** Looks at single statements; without it nothing is known of their locks and times. */
  readonly watcher?: Watcher;
  /** For a rehearsal or a classification. */
  ephemeral(config: z.output<Schema>, context: DatabaseContext, ports: DatabasePorts): Promise<EphemeralServer>;
  environment(
    config: z.output<Schema>,
    context: DatabaseContext,
    ports: DatabasePorts,
    resolveSecret: (reference: string) => Promise<string>,
  ): EnvironmentDatabase;
}
