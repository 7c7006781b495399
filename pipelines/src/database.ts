import type { Container, Secret, Service } from '@dagger.io/dagger';

export type Engine = 'postgres' | 'mariadb';

export interface DatabaseServer {
  readonly engine: Engine;
  /** Image of the target's version, started as the official images are. */
  readonly base: Container;
  readonly password: Secret;
  /** Databases are never shared between runs: services of equal definition are one service. */
  readonly uniqueName: string;
}

const ports = { postgres: 5432, mariadb: 3306 } as const;
const database = 'fairway';

/** A server that may be thrown away, empty but for the database `fairway`. */
export function databaseService(server: DatabaseServer): Service {
  const base = server.base.withEnvVariable('FAIRWAY_RUN', server.uniqueName);
  const configured =
    server.engine === 'postgres'
      ? base
          .withEnvVariable('POSTGRES_DB', database)
          .withSecretVariable('POSTGRES_PASSWORD', server.password)
          // Nothing of it survives the run.
          .withDefaultArgs([
            'postgres',
            '-c',
            'fsync=off',
            '-c',
            'full_page_writes=off',
            '-c',
            'synchronous_commit=off',
            // What it refuses is read from its log, over SQL.
            '-c',
            'logging_collector=on',
            '-c',
            'log_destination=jsonlog',
            '-c',
            'log_parameter_max_length_on_error=1kB',
          ])
      : base
          .withEnvVariable('MARIADB_DATABASE', database)
          .withSecretVariable('MARIADB_ROOT_PASSWORD', server.password)
          .withDefaultArgs(['mariadbd', '--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite']);
  return configured.withExposedPort(ports[server.engine]).asService({ useEntrypoint: true });
}

/** A Redis server that may be thrown away; nothing of it is kept. */
export function redisService({ base, uniqueName }: Pick<DatabaseServer, 'base' | 'uniqueName'>): Service {
  return base
    .withEnvVariable('FAIRWAY_RUN', uniqueName)
    .withDefaultArgs(['redis-server', '--save', '', '--appendonly', 'no', '--protected-mode', 'no'])
    .withExposedPort(6379)
    .asService({ useEntrypoint: true });
}

/** How the service is reached under a host name; the password is put in where it is used. */
export function databaseUrl(engine: Engine, host: string, password: string): string {
  const user = engine === 'postgres' ? 'postgres' : 'root';
  const scheme = engine === 'postgres' ? 'postgresql' : 'mariadb';
  return `${scheme}://${user}:${encodeURIComponent(password)}@${host}:${ports[engine]}/${database}`;
}
