import { withUrl } from '../../domain/migration/alembic-ini.ts';
import type { StatementFailure } from '../../domain/migration/failure.ts';
import type { Script } from '../../domain/migration/script.ts';
import type { Argv } from '../../ports.ts';
import { programUrl } from '../program/environment.ts';
import type { ProgramEnd } from '../program/ledger.ts';
import { failureOf, runProgram } from '../program/run-program.ts';
import type { MigrationSession, ToolPorts, ToolSettings } from '../tool.ts';
import { findIni } from './find-ini.ts';
import { versionsIn } from './versions.ts';

/**
 * Run the real Alembic on the database of the session, and see that it was that database which it changed.
 *
 * An `env.py` finds the URL where the usual ones look: in `sqlalchemy.url` of the configuration, of which it gets a
 * copy that only we can read, or in DATABASE_URL.
 */
export async function runAlembic(
  argv: readonly string[],
  script: Script,
  session: MigrationSession,
  settings: ToolSettings,
  ports: ToolPorts,
): Promise<ProgramEnd> {
  const tree = session.tree ?? '';
  const ini = await findIni(tree, settings.directory, ports.files);
  if (ini === null) throw new Error(`no alembic.ini in ${tree}`);
  const scheme = settings.urlScheme ?? ini.urlScheme ?? undefined;
  const url = programUrl({ ...session, urlScheme: scheme });
  runs += 1;
  const ownIni = `.fairway-alembic-${runs}.ini`;
  const command: Argv = [...(settings.program ?? ['alembic']), '-c', ownIni, ...argv];
  const before = await versionsIn(session.connection);
  const startedMs = session.clock.monotonicMs();
  const own = `${tree}/${ini.folder}/${ownIni}`;
  await ports.files.writeAtomic(own, withUrl(ini.text, url), 0o600);
  try {
    const env = { PYTHONDONTWRITEBYTECODE: '1', ...settings.env };
    const chosen = { ...settings, env, urlScheme: scheme };
    const result = await runProgram(command, session, chosen, ports, { directory: ini.folder });
    const failure = failureOf(script, command, result, settings.commandTimeout);
    const after = await versionsIn(session.connection);
    if (failure !== null) {
      const placed = { ...failure, place: { ...failure.place, line: lineIn(script.path, result.stderr) } };
      return { kind: 'failed', failure: placed, stands: standsAfter(before, after, script, session) };
    }
    if (before.join() === after.join())
      return { kind: 'failed', failure: elsewhere(script, command, after), stands: 'as-before' };
    return { kind: 'done', durationMs: session.clock.monotonicMs() - startedMs };
  } finally {
    await ports.files.remove(own);
  }
}

/** One for each run: a rehearsal migrates two databases from one tree at the same time. */
let runs = 0;

/** One transaction around it, as Alembic does where the server can, leaves nothing behind. */
function standsAfter(
  before: readonly string[],
  after: readonly string[],
  { text }: Script,
  { dialect }: MigrationSession,
): 'as-before' | 'partial' {
  const isWhole = dialect.transactionalDdl && !/autocommit_block|COMMIT\b/.test(text);
  return isWhole && before.join() === after.join() ? 'as-before' : 'partial';
}

/** The last line of the file in Python's traceback. */
function lineIn(path: string, output: string): number {
  const file = path.slice(path.lastIndexOf('/') + 1).replaceAll(/[.+?^$()[\]{}|\\*]/g, String.raw`\$&`);
  const lines = Array.from(output.matchAll(new RegExp(`${file}", line (\\d+)`, 'g')), ([, line]) => Number(line));
  return lines.at(-1) ?? 1;
}

function elsewhere(script: Script, command: Argv, has: readonly string[]): StatementFailure {
  return {
    kind: 'refused',
    place: { path: script.path, line: 1, column: 1 },
    statement: command.join(' '),
    sqlState: null,
    message: `Alembic ended well, but the database is still at ${has.join(', ') || 'no revision'}: it changed another one, or none`,
    detail: null,
    hint: 'env.py must connect with sqlalchemy.url of its configuration, or with DATABASE_URL, and keep the table alembic_version',
  };
}
