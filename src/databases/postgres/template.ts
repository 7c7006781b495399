import type { ServerPrograms } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';
import { administrator, dataPath, give, ids } from './home.ts';
import { postgresShelf } from './programs.ts';
import { abandoned, temporaryName } from './temporary.ts';
import { trouble } from './trouble.ts';

/** An initialised data directory, to be copied and never started. */
export interface Template {
  readonly data: string;
  /** Of the administrator, until a copy gets its own. */
  readonly password: string;
}

/** Counted up whenever the way in which a template is made changes. */
const revision = 1;

/**
 * The initialised data directory for these programs, made once per version.
 *
 * It appears by one rename: a half-made one is never seen, and of two clients that make it at once one wins.
 */
export async function template(
  programs: ServerPrograms,
  cacheDirectory: string,
  ports: DatabasePorts,
): Promise<Template> {
  const { directory, mode } = await postgresShelf(cacheDirectory, programs, ports);
  const shelf = `${directory}/templates`;
  const user = ports.host.runAs === null ? 'self' : String(ports.host.runAs.uid);
  const home = `${shelf}/${programs.version}-${revision}-${user}`;
  if (!(await ports.files.exists(home))) await make(programs, { shelf, mode }, home, ports);
  return { data: `${home}/data`, password: (await ports.files.readText(`${home}/password`)).trim() };
}

async function make(
  programs: ServerPrograms,
  { shelf, mode }: { readonly shelf: string; readonly mode: number },
  home: string,
  ports: DatabasePorts,
): Promise<void> {
  const temporary = `${shelf}/${temporaryName(ports)}`;
  try {
    await ports.files.makeDirectory(shelf, mode);
    for (const left of await abandoned(shelf, ports)) await ports.files.remove(`${shelf}/${left.name}`);
    await ports.files.makeDirectory(temporary, mode);
    await ports.files.makeDirectory(`${temporary}/data`, 0o700);
    await ports.files.writeAtomic(`${temporary}/password`, `${ports.random(24)}\n`, 0o600);
    await give(temporary, ports);
    await initialise(programs, temporary, ports);
    await ports.files.rename(temporary, home);
  } catch (error) {
    await ports.files.remove(temporary);
    if (!(await ports.files.exists(home))) throw trouble('initdb', shelf, error);
  }
}

async function initialise(programs: ServerPrograms, home: string, ports: DatabasePorts): Promise<void> {
  const data = dataPath(`${home}/data`, programs, ports);
  const major = Number.parseInt(programs.version, 10);
  const locale = major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C'];
  const result = await ports.exec.run({
    argv: [
      `${programs.directory}/bin/initdb`,
      `--pgdata=${data}`,
      `--pwfile=${data}/../password`,
      `--username=${administrator}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--wal-segsize=4',
      ...locale,
    ],
    cwd: `${home}/data`,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    timeoutMs: 120_000,
    ...ids(ports),
  });
  if (result.exitCode !== 0) throw trouble('initdb', home, null, result.stderr || result.stdout);
}
