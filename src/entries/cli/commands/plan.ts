import { basename, dirname, join, resolve } from 'node:path';
import { loadPostgresParser } from '../../../adapters/sql/libpg-query.ts';
import { readFileName } from '../../../domain/migration/file-name.ts';
import { ConfigError } from '../../../errors.ts';
import { planMigration } from '../../../stages/plan.ts';
import type { CommandBody } from '../command.ts';
import { findMigrations } from '../migrations/find-files.ts';
import { durationMs, engineOf, text } from '../migrations/options.ts';
import { throwAway } from '../migrations/throw-away.ts';
import { mariadbWatcher, postgresWatcher } from '../../../databases/observe/watchers.ts';
import { openWorld } from '../world.ts';

/** Write the steps of a dangerous migration beside it; with --dry-run only show them. */
export const run: CommandBody = async (context) => {
  const [kind, file = ''] = context.positionals;
  if (kind !== 'expand-contract') {
    throw new ConfigError('COMMAND_LINE_INVALID', 'The command line is wrong.', {
      problems: [{ path: kind ?? 'KIND', message: 'expand-contract is the only kind of plan' }],
    });
  }
  const world = openWorld(context, context.directory);
  const engine = await engineOf(context);
  if (engine !== 'postgres') {
    throw new ConfigError('PLAN_ENGINE', 'plans are written for PostgreSQL only', {
      hint: 'on MariaDB let fairway classify say which ALTER is instant',
    });
  }
  const migrations = await findMigrations(
    { names: [file], earlierIn: text(context, 'from-migrations'), downs: false },
    context.directory,
    world.files,
  );
  const [migration] = migrations.files;
  if (migration === undefined || migrations.files.length > 1) {
    throw new ConfigError('FILES_MISSING', 'a plan is made for one file at a time');
  }
  const schema = text(context, 'schema');
  const base =
    schema === null
      ? migrations.before
      : [{ path: schema, text: await world.files.readText(resolve(context.directory, schema)) }];
  const folder = dirname(resolve(context.directory, file));
  const versions = (await world.files.list(folder)).flatMap((name) => {
    const known = readFileName(name);
    return known.kind === 'script' && name !== basename(file) ? [known.version] : [];
  });
  const result = await planMigration(
    { file: migration, base, taken: versions, statementTimeoutMs: durationMs(context, 'statement-timeout', 300_000) },
    {
      ...world,
      postgres: postgresWatcher,
      mariadb: mariadbWatcher,
      loadParser: loadPostgresParser,
      startServer: async () => await throwAway('postgres', context, world),
    },
  );
  const output = resolve(context.directory, text(context, 'output') ?? folder);
  const files = result.files.map((one) => ({ path: join(output, one.name), text: one.text }));
  if (!context.dryRun) for (const one of files) await world.files.writeAtomic(one.path, one.text);
  return {
    outcome: context.dryRun ? 'planned' : 'ok',
    code: context.dryRun ? 'PLAN_SHOWN' : 'PLAN_WRITTEN',
    result: { original: result.original, files, proof: result.proof },
    summary: context.dryRun
      ? files.flatMap((one) => [`--- ${one.path}`, ...one.text.split('\n')])
      : [
          ...files.map((one) => `${one.path}: written, every statement watched and safe`),
          `Remove ${file}: these files replace it. Deploy the contract file after the bake.`,
        ],
  };
};
