/** A server that tests need beside them. */
export type ServiceSpec =
  | {
      readonly type: 'postgres' | 'mariadb' | 'redis';
      readonly image: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeout: number;
    }
  | {
      readonly type: 'application';
      readonly command?: readonly string[] | undefined;
      readonly port: number;
      readonly path: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeout: number;
    };

interface KnownServer {
  readonly port: number;
  /** What its image wants to know; the password is of this run only. */
  readonly env: (password: string) => Readonly<Record<string, string>>;
  readonly url: (host: string, password: string) => string;
  /** Asks over the network, because a server that still sets itself up answers on its socket only. */
  readonly probe: readonly [string, ...string[]];
}

const servers: Readonly<Record<'postgres' | 'mariadb' | 'redis', KnownServer>> = {
  postgres: {
    port: 5432,
    env: (password) => ({ POSTGRES_PASSWORD: password }),
    url: (host, password) => `postgres://postgres:${password}@${host}:5432/postgres`,
    probe: ['pg_isready', '--quiet', '--host', '127.0.0.1', '--username', 'postgres'],
  },
  mariadb: {
    port: 3306,
    env: (password) => ({ MARIADB_ROOT_PASSWORD: password, MARIADB_DATABASE: 'test' }),
    url: (host, password) => `mysql://root:${password}@${host}:3306/test`,
    probe: ['mariadb-admin', '--protocol=tcp', '--host=127.0.0.1', 'ping'],
  },
  redis: {
    port: 6379,
    env: () => ({}),
    url: (host) => `redis://${host}:6379`,
    probe: ['redis-cli', '-h', '127.0.0.1', 'ping'],
  },
};

/** What is to be started for a service, and how anybody tells that it is ready. */
export interface ServicePlan {
  readonly image: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly probe:
    | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] }
    | { readonly kind: 'http'; readonly port: number; readonly path: string };
}

/** `others` are the variables by which the services before this one are reached. */
export function servicePlan(
  spec: ServiceSpec,
  artifact: string,
  password: string,
  others: Readonly<Record<string, string>>,
): ServicePlan {
  if (spec.type === 'application') {
    const { port, path, command = [] } = spec;
    const env = { PORT: String(port), HOST: '0.0.0.0', ...others, ...spec.env };
    return { image: artifact, argv: command, env, probe: { kind: 'http', port, path } };
  }
  const { env, probe } = servers[spec.type];
  return {
    image: spec.image,
    argv: [],
    env: { ...env(password), ...spec.env },
    probe: { kind: 'command', argv: probe },
  };
}

export function servicePort(spec: ServiceSpec): number {
  return spec.type === 'application' ? spec.port : servers[spec.type].port;
}

/** How tests reach a service: `DB_HOST`, `DB_PORT` and `DB_URL` for one that is called `db`. */
export function serviceVariables(name: string, spec: ServiceSpec, password: string): Readonly<Record<string, string>> {
  const port = servicePort(spec);
  const url = spec.type === 'application' ? `http://${name}:${port}` : servers[spec.type].url(name, password);
  const prefix = name.toUpperCase().replaceAll('-', '_');
  return { [`${prefix}_HOST`]: name, [`${prefix}_PORT`]: String(port), [`${prefix}_URL`]: url };
}

/** What may start at the same time: the servers, then the application, because it may need them. */
export function inTurns(
  services: Readonly<Record<string, ServiceSpec>>,
): readonly (readonly (readonly [string, ServiceSpec])[])[] {
  const all = Object.entries(services);
  const isApplication = ([, { type }]: readonly [string, ServiceSpec]): boolean => type === 'application';
  return [all.filter((one) => !isApplication(one)), all.filter(isApplication)].filter((turn) => turn.length > 0);
}
