import { basename, dirname, join, relative, resolve } from 'node:path';
import { type AlembicIni, readAlembicIni } from '../../../domain/migration/alembic-ini.ts';
import { readOffline } from '../../../domain/migration/alembic-offline.ts';
import { readRevision, withAncestors, type Revision } from '../../../domain/migration/alembic.ts';
import type { Engine } from '../../../domain/migration/classify/words.ts';
import { GateFailed } from '../../../errors.ts';
import type { Argv } from '../../../ports.ts';
import type { MigrationText } from '../../../stages/classify/input.ts';
import type { CommandContext } from '../command.ts';
import type { World } from '../world.ts';
import type { NamedMigrations } from './find-files.ts';

const timeoutMs = 300_000;

/**
 * The revisions that were named (or all, by `alembic.ini` or its folder) as SQL that Alembic itself writes, and those
 * before them as the base; null when nothing of Alembic's was named.
 *
 * Throws GateFailed `ALEMBIC_OFFLINE` where a revision asks the database something and cannot be written as SQL.
 */
export async function alembicMigrations(
  engine: Engine,
  context: CommandContext,
  world: Pick<World, 'exec' | 'files'>,
): Promise<NamedMigrations | null> {
  const named = context.positionals.map((name) => resolve(context.directory, name));
  const [first] = named;
  const home = first === undefined ? null : await homeOf(first, world.files);
  if (home === null) return null;
  const { files } = world;
  const revisions = await revisionsOf(home, context.directory, files);
  const wanted = revisions.filter(({ path }) => named.includes(resolve(context.directory, path)));
  const chosen = new Set((wanted.length === 0 ? revisions : wanted).map(({ id }) => id));
  const ancestors = withAncestors([...chosen], revisions);
  const texts = (await offline(home, engine, context, world)).flatMap(
    ({ id, sql }): readonly (MigrationText & { id: string })[] => {
      const revision = revisions.find((one) => one.id === id);
      if (revision === undefined || !ancestors.has(id)) return [];
      const line = revision.text.slice(0, Math.max(0, revision.text.search(/^def upgrade\b/m))).split('\n').length;
      return [{ id, path: revision.path, text: sql, line }];
    },
  );
  return {
    files: texts.filter(({ id }) => chosen.has(id)),
    before: texts.filter(({ id }) => !chosen.has(id)),
    leftOut: [],
  };
}

interface Home extends AlembicIni {
  readonly folder: string;
}

/** Where a named file or folder has its `alembic.ini`: there, or above a file of revisions. */
async function homeOf(path: string, files: World['files']): Promise<Home | null> {
  const isIni = basename(path) === 'alembic.ini';
  if (!isIni && !path.endsWith('.py') && (await files.stat(path))?.kind !== 'directory') return null;
  const above = path.endsWith('.py') ? [1, 2, 3, 4] : [isIni ? 1 : 0];
  for (const steps of above) {
    const folder = Array.from({ length: steps }).reduce<string>((one) => dirname(one), path);
    const ini = join(folder, 'alembic.ini');
    if (!(await files.exists(ini))) continue;
    const found = readAlembicIni(await files.readText(ini));
    if (found !== null) return { ...found, folder };
  }
  return null;
}

async function revisionsOf(home: Home, directory: string, files: World['files']): Promise<readonly Revision[]> {
  const found: Revision[] = [];
  for (const location of home.versionLocations) {
    const folder = join(home.folder, location);
    for (const name of (await files.exists(folder)) ? await files.list(folder) : []) {
      const path = join(folder, name);
      const revision = name.endsWith('.py')
        ? readRevision(relative(directory, path), await files.readText(path))
        : null;
      if (revision !== null) found.push(revision);
    }
  }
  return found;
}

/** Offline nobody connects: the URL only says for which engine the SQL is written. */
async function offline(
  { folder, urlScheme }: Home,
  engine: Engine,
  { signal }: CommandContext,
  { exec }: Pick<World, 'exec'>,
): Promise<ReturnType<typeof readOffline>> {
  const argv: Argv = ['alembic', 'upgrade', 'head', '--sql'];
  const scheme = urlScheme ?? (engine === 'postgres' ? 'postgresql' : 'mysql');
  const env = { DATABASE_URL: `${scheme}://offline@127.0.0.1:1/offline`, PYTHONDONTWRITEBYTECODE: '1' };
  const keepBytes = 64 * 1024 * 1024;
  const result = await exec.run({ argv, cwd: folder, env, timeoutMs, signal, keepBytes });
  if (result.ended === 'exited' && result.exitCode === 0) return readOffline(result.stdout);
  const said = result.stderr.trim().split('\n').slice(-8).join('\n');
  throw new GateFailed('ALEMBIC_OFFLINE', `${argv.join(' ')}: exit code ${result.exitCode ?? result.ended}\n${said}`, {
    hint: 'a revision that asks the database cannot be written as SQL; watch the command instead: --from-command "alembic upgrade head", with the base as --schema',
  });
}
