import { resolve } from 'node:path';
import { loadPostgresParser } from '../../../adapters/sql/libpg-query.ts';
import { existingServer } from '../../../databases/observe/existing-server.ts';
import type { Classification, StatementResult } from '../../../domain/migration/classify/result.ts';
import { annotations, sarif } from '../../../domain/migration/classify/sarif.ts';
import type { Class, Wrapping } from '../../../domain/migration/classify/words.ts';
import { ConfigError, GateFailed } from '../../../errors.ts';
import { classify } from '../../../stages/classify.ts';
import type { Base, ClassifyInput } from '../../../stages/classify/input.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { alembicMigrations } from '../migrations/from-alembic.ts';
import { allBefore, migrationCommand } from '../migrations/from-command.ts';
import { findMigrations } from '../migrations/find-files.ts';
import { durationMs, engineOf, text, urlOf } from '../migrations/options.ts';
import { mariadbWatcher, postgresWatcher } from '../../../databases/observe/watchers.ts';
import { throwAway } from '../migrations/throw-away.ts';
import { openWorld, type World } from '../world.ts';

/** Watch migrations on a throw-away database and say how dangerous each statement is. */
export const run: CommandBody = async (context) => {
  const command = text(context, 'from-command');
  if (context.positionals.length === 0 && command === null) {
    throw new ConfigError('FILES_MISSING', 'No migration was named.', {
      hint: 'name files or a folder: fairway classify migrations/0007_*.sql --database postgres',
    });
  }
  const world = openWorld(context, context.directory);
  const engine = await engineOf(context);
  // It is compiled while the files are read.
  const parser = engine === 'postgres' ? loadPostgresParser() : null;
  parser?.catch(() => undefined);
  const url = async (flag: string): Promise<string | null> => {
    const given = text(context, flag);
    return given === null
      ? null
      : await urlOf(given, async (reference) => await world.secrets.resolve(reference), world.conceal);
  };
  const migrate = command === null ? null : migrationCommand(command, engine, context, world);
  const databaseUrl = await url('database-url');
  const earlierIn = text(context, 'from-migrations');
  const migrations =
    migrate === null
      ? ((await alembicMigrations(engine, context, world)) ??
        (await findMigrations(
          { names: context.positionals, earlierIn, downs: context.flags['down'] === true },
          context.directory,
          world.files,
        )))
      : await allBefore(earlierIn, context, world);
  noteLeftOut(migrations.leftOut, context);
  const isCopied = engine === 'postgres' && databaseUrl !== null;
  const existing = isCopied ? await existingServer(databaseUrl, context.flags['throw-away'] === true, world.sql) : null;
  const read = databaseUrl === null || isCopied ? null : await schemaOf(databaseUrl, world);
  const input: ClassifyInput = {
    engine,
    files: migrations.files,
    base: await baseOf(context, migrations.before, existing?.database ?? null, read, world),
    wrapping: (text(context, 'wrapping') ?? 'fairway') as Wrapping | 'fairway',
    isStatic: context.flags['static'] === true,
    targetUrl: (await url('target-url')) ?? (isCopied ? null : databaseUrl),
    budgetMs: durationMs(context, 'budget', 1_000),
    statementTimeoutMs: durationMs(context, 'statement-timeout', 300_000),
  };
  const result = await classify(input, {
    ...world,
    postgres: postgresWatcher,
    mariadb: mariadbWatcher,
    loadParser: async () => await (parser ?? loadPostgresParser()),
    ...(migrate === null ? {} : { command: migrate }),
    startServer: existing === null ? async () => await throwAway(engine, context, world) : async () => existing.server,
  });
  const file = text(context, 'sarif');
  if (file !== null) {
    await world.files.writeAtomic(resolve(context.directory, file), context.masked(sarif(result, context.version)));
  }
  // The Action makes its own of the result.
  if (context.env['GITHUB_ACTIONS'] === 'true' && context.env['FAIRWAY_DOOR'] !== 'action')
    for (const line of annotations(result)) process.stderr.write(`${context.masked(line)}\n`);
  return ended(result, (text(context, 'fail-on') ?? 'dangerous') as FailOn);
};

/** MariaDB cannot copy a database: its schema is read, and made again on a server of our own. */
async function schemaOf(url: string, { sql }: World): Promise<Base> {
  const connection = await sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway classify' });
  try {
    const { hostname, pathname } = new URL(url);
    const files = [{ path: `${hostname}${pathname}`, text: await mariadbWatcher.schema(connection) }];
    return { kind: 'scripts', files };
  } finally {
    await connection.close();
  }
}

function noteLeftOut(paths: readonly string[], { reporter, flags }: CommandContext): void {
  if (paths.length === 0) return;
  const hint = flags['down'] === true ? '' : ' (to classify them: --down)';
  reporter.report({ type: 'note', stage: 'classify', text: `left out: ${paths.join(', ')}${hint}` });
}

type FailOn = 'dangerous' | 'review' | 'never';

async function baseOf(
  context: CommandContext,
  before: Extract<Base, { kind: 'scripts' }>['files'],
  database: string | null,
  read: Base | null,
  world: World,
): Promise<Base> {
  const schema = text(context, 'schema');
  const given = ['schema', 'from-migrations', 'database-url'].filter((flag) => context.flags[flag] !== undefined);
  if (given.length > 1) {
    throw new ConfigError('COMMAND_LINE_INVALID', 'The command line is wrong.', {
      problems: given.map((flag) => ({ path: `--${flag}`, message: 'only one of these can be the base schema' })),
    });
  }
  if (read !== null) return read;
  if (database !== null) return { kind: 'copy', database };
  if (schema === null) return before.length === 0 ? { kind: 'empty' } : { kind: 'scripts', files: before };
  const path = resolve(context.directory, schema);
  if (!(await world.files.exists(path))) throw new ConfigError('FILES_MISSING', `there is no ${schema}`);
  return { kind: 'scripts', files: [{ path: schema, text: await world.files.readText(path) }] };
}

/** Exit code 3 from the class that `--fail-on` names; what nobody could watch counts as dangerous. */
function ended(result: Classification, failOn: FailOn): Awaited<ReturnType<CommandBody>> {
  const bad: readonly Class[] = {
    dangerous: ['dangerous', 'unobserved'],
    review: ['dangerous', 'unobserved', 'review'],
    never: [],
  }[failOn] as Class[];
  const told = result.statements.filter((one) => one.class !== 'safe');
  const summary = [...told.map(line), `${result.statements.length} statements: ${result.class}`];
  const document = { ...result };
  if (!bad.includes(result.class)) return { outcome: 'ok', code: 'CLASSIFIED', result: document, summary };
  const worst = result.statements.filter((one) => bad.includes(one.class));
  const [first] = worst;
  const code = result.class === 'unobserved' ? 'MIGRATION_UNOBSERVED' : 'MIGRATION_DANGEROUS';
  const message = `${worst.length} of ${result.statements.length} statements: ${first === undefined ? '' : line(first)}`;
  const hint =
    first?.safer === null || first === undefined
      ? 'see the reasons above; a person may accept one with -- fairway: accept RULE why'
      : `do it so:\n${first.safer}`;
  return { error: new GateFailed(code, message, { hint }), result: document, summary };
}

function line(one: StatementResult): string {
  return `${one.file}:${one.line}: ${one.class}: ${one.reason}`;
}
