import { EnvironmentError } from '../../errors.ts';
import type { ServerPrograms } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';

/** Debian keeps the programs of each major version here, and not on PATH. */
const debian = '/usr/lib/postgresql';
const oldestMajor = 15;

/**
 * The newest PostgreSQL server that the system has, in its usual places or on PATH; its own instance is never touched.
 *
 * Throws EnvironmentError `POSTGRES_MISSING`, also when there are only versions before 15.
 */
export async function installedPrograms(ports: Pick<DatabasePorts, 'files' | 'exec'>): Promise<ServerPrograms> {
  const names = (await ports.files.list(debian)).filter((name) => /^\d+$/.test(name));
  const majors = names.toSorted((a, b) => Number(b) - Number(a)).map((name) => `${debian}/${name}`);
  const seen: string[] = [];
  for (const directory of [...majors, '/usr/local/pgsql', ...(await onPath(ports))]) {
    const version = await versionIn(directory, ports);
    if (version === null) continue;
    if (Number.parseInt(version, 10) >= oldestMajor) return { version, directory };
    seen.push(version);
  }
  const found =
    seen.length === 0 ? 'is not installed' : `is installed as ${seen.join(', ')}, and ${oldestMajor} is needed`;
  throw new EnvironmentError('POSTGRES_MISSING', `PostgreSQL ${found}`, {
    hint: 'install a server (Debian: apt-get install postgresql), or use provider embedded or url',
  });
}

/** Server, initdb and pg_ctl belong together. */
async function versionIn(directory: string, ports: Pick<DatabasePorts, 'files' | 'exec'>): Promise<string | null> {
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    if (!(await ports.files.exists(`${directory}/bin/${program}`))) return null;
  }
  const { stdout } = await ports.exec.run({ argv: [`${directory}/bin/postgres`, '--version'], timeoutMs: 10_000 });
  return /\) (\d+(?:\.\d+)*)/.exec(stdout)?.[1] ?? null;
}

async function onPath({ exec }: Pick<DatabasePorts, 'exec'>): Promise<readonly string[]> {
  const { exitCode, stdout } = await exec.run({ argv: ['which', 'postgres'], timeoutMs: 10_000 });
  const directory = /^(.*)\/bin\/postgres$/.exec(stdout.trim())?.[1];
  return exitCode !== 0 || directory === undefined ? [] : [directory];
}

/** The same ports, with the installed PostgreSQL for what asks for the embedded one. */
export function withInstalled(ports: DatabasePorts): DatabasePorts {
  return { ...ports, host: { ...ports.host, embeddedPostgres: async () => await installedPrograms(ports) } };
}
