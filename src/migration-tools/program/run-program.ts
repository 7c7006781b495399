import type { StatementFailure } from '../../domain/migration/failure.ts';
import { placeOf, type Script } from '../../domain/migration/script.ts';
import { Interrupted } from '../../errors.ts';
import type { Argv, CommandResult } from '../../ports.ts';
import type { MigrationSession, ToolPorts, ToolSettings } from '../tool.ts';
import { programEnvironment } from './environment.ts';

/** A database that a program is let at. */
export type ProgramSession = Pick<MigrationSession, 'url' | 'dialect' | 'tree'> &
  Partial<Pick<MigrationSession, 'lockTimeoutMs' | 'statementTimeoutMs' | 'signal'>>;

export type ProgramSettings = Pick<ToolSettings, 'env' | 'urlScheme' | 'commandTimeout'>;

/** Run a program in the tree of the migrations with the database in its environment; its output is shown, masked. */
export async function runProgram(
  argv: Argv,
  session: ProgramSession,
  settings: ProgramSettings,
  ports: ToolPorts,
  options: { readonly directory?: string; readonly isQuiet?: boolean } = {},
): Promise<CommandResult> {
  if (session.tree === null) throw new Error('a program of the migrations needs the tree on disk');
  const database = programEnvironment({
    url: session.url,
    dialect: session.dialect,
    lockTimeoutMs: session.lockTimeoutMs ?? 2_000,
    statementTimeoutMs: session.statementTimeoutMs ?? settings.commandTimeout,
    urlScheme: settings.urlScheme,
  });
  for (const name of ['PGPASSWORD', 'MYSQL_PWD'] as const) {
    const password = database[name];
    if (password !== undefined) ports.conceal(password);
  }
  return await ports.exec.run({
    argv,
    cwd: options.directory === undefined ? session.tree : `${session.tree}/${options.directory}`,
    env: { ...settings.env, ...database },
    timeoutMs: settings.commandTimeout,
    ...(session.signal === undefined ? {} : { signal: session.signal }),
    ...(options.isQuiet === true
      ? {}
      : { onLine: (stream, line) => ports.reporter.report({ type: 'output', stage: 'migrate', stream, line }) }),
  });
}

/** Null when it ended well; throws Interrupted when a signal ended it. */
export function failureOf(
  script: Script,
  argv: Argv,
  result: CommandResult,
  timeoutMs: number,
): StatementFailure | null {
  if (result.ended === 'exited' && result.exitCode === 0) return null;
  if (result.ended === 'aborted') throw new Interrupted('INTERRUPTED', 'a signal ended the migration');
  const said = [result.stderr, result.stdout].map(lastLines).find((text) => text !== '') ?? 'it said nothing';
  const how =
    result.ended === 'timed-out'
      ? `it did not end within ${timeoutMs / 1_000} s and was ended`
      : `exit code ${result.exitCode ?? result.signal}`;
  return {
    kind: result.ended === 'timed-out' ? 'timeout' : kindOf(`${result.stderr}\n${result.stdout}`),
    place: placeOf(script, 0),
    statement: argv.join(' '),
    sqlState: stateOf(`${result.stderr}\n${result.stdout}`),
    message: `${how}\n${said}`,
    detail: null,
    hint: null,
  };
}

const shownLines = 12;
const errorWords = /(error|exception|fatal)\w*:\s|errors\.\w+[:)]/i;

/** The last lines, with the last one before them that tells of an error when none of them does. */
function lastLines(text: string): string {
  const lines = text.trim().split('\n');
  const last = lines.slice(-shownLines);
  const telling = last.some((line) => errorWords.test(line))
    ? undefined
    : lines.findLast((line) => errorWords.test(line));
  return [...(telling === undefined ? [] : [telling]), ...last].join('\n');
}

/** What servers and drivers say when a lock could not be had in time. */
const lockWords = /lock timeout|55P03|40P01|deadlock detected|Lock wait timeout exceeded|Deadlock found/i;

function kindOf(output: string): StatementFailure['kind'] {
  return lockWords.test(output) ? 'lock' : 'refused';
}

function stateOf(output: string): string | null {
  return /permission denied|must be superuser|InsufficientPrivilege|Access denied/i.test(output) ? '42501' : null;
}
