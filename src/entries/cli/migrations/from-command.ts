import { splitCommand } from '../../../config/values.ts';
import { programEnvironment } from '../../../migration-tools/program/environment.ts';
import type { Engine } from '../../../domain/migration/classify/words.ts';
import { ConfigError } from '../../../errors.ts';
import type { MigrationCommand } from '../../../stages/classify/capture.ts';
import type { CommandContext } from '../command.ts';
import type { World } from '../world.ts';
import { text } from './options.ts';
import { findMigrations, type NamedMigrations } from './find-files.ts';

const deadlineMs = 900_000;

/** The command of `--from-command`, run where Fairway was started; throws ConfigError `COMMAND_LINE_INVALID`. */
export function migrationCommand(
  line: string,
  engine: Engine,
  context: CommandContext,
  world: Pick<World, 'exec' | 'conceal'>,
): MigrationCommand {
  const argv = splitCommand(line);
  const urlScheme = text(context, 'url-scheme');
  const notCopied = engine === 'postgres' ? ['database-url'] : [];
  const others = ['static', 'down', 'wrapping', ...notCopied].filter((flag) => context.flags[flag] !== undefined);
  const problems = [
    ...(argv === null ? ['uses shell syntax or leaves a quote open; name a script instead'] : []),
    ...(context.positionals.length === 0 ? [] : ['takes the place of FILES']),
    ...others.map((flag) => `does not go with --${flag}`),
  ];
  if (argv === null || problems.length > 0) {
    throw new ConfigError('COMMAND_LINE_INVALID', 'The command line is wrong.', {
      problems: problems.map((message) => ({ path: '--from-command', message })),
    });
  }
  return {
    shownAs: line,
    async run(url) {
      world.conceal(decodeURIComponent(new URL(url).password));
      const { directory: cwd, signal } = context;
      const dialect = { engine };
      const limits = { lockTimeoutMs: 60_000, statementTimeoutMs: deadlineMs };
      const env = programEnvironment({ url, dialect, urlScheme: urlScheme ?? undefined, ...limits });
      return await world.exec.run({ argv, cwd, env, timeoutMs: deadlineMs, signal });
    },
  };
}

/** No files, and all migrations of a folder as the base. */
export async function allBefore(
  folder: string | null,
  context: CommandContext,
  world: Pick<World, 'files'>,
): Promise<NamedMigrations> {
  if (folder === null) return { files: [], before: [], leftOut: [] };
  const wanted = { names: [folder], earlierIn: folder, downs: false };
  const { files } = await findMigrations(wanted, context.directory, world.files);
  return { files: [], before: files, leftOut: [] };
}
