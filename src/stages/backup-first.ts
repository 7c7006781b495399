import type { Config } from '../config/schema.ts';
import type { VerifiedBackup } from '../databases/backup.ts';
import type { DatabaseContext, EnvironmentDatabase } from '../databases/database.ts';
import { formatBytes, formatDuration } from '../domain/report/quantities.ts';
import { ConfigError, EnvironmentError } from '../errors.ts';
import type { Exec, Files } from '../ports.ts';
import type { EarlyBackup } from './early-backup.ts';
import { stage, type StagePorts } from './stage.ts';

export interface BackupInput {
  readonly environment: EnvironmentDatabase;
  readonly context: DatabaseContext;
  readonly settings: NonNullable<Config['migrations']>;
  readonly url: string;
  readonly variable: string;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/**
 * Before the first statement: a backup that is known to be good, the user's own command, or an explicit "none".
 *
 * Throws EnvironmentError `BACKUP_NOT_VERIFIED`, `BACKUP_FAILED` while the database is untouched.
 */
export async function backupFirst(
  input: BackupInput,
  ports: StagePorts & { readonly files: Files; readonly exec: Exec },
  early: EarlyBackup | null = null,
): Promise<void> {
  const { settings } = input;
  const { backup } = settings;
  if (backup === 'none') {
    ports.reporter.report({
      type: 'warning',
      text: 'no backup is made before the migrations (migrations.backup: none)',
    });
    return;
  }
  await stage('backup', 'before the migrations', ports, async () => {
    if (typeof backup === 'object')
      return { value: undefined, summary: await ownCommand(backup.command, input, ports) };
    const made = (await early?.take()) ?? (await makeVerified(input.runId, input, ports));
    const shelf = shelfOf(input.context);
    const old = (await ports.files.list(shelf)).toSorted().slice(0, -settings.keepBackups);
    for (const name of old) await ports.files.remove(`${shelf}/${name}`);
    const summary = `${formatBytes(made.bytes)}, restored aside and compared (${made.tables} tables, ${made.rows} rows), back in ${formatDuration(made.restoreMs)}: ${made.path}`;
    return { value: undefined, summary };
  });
}

function shelfOf({ stateDirectory, app, environment }: DatabaseContext): string {
  return `${stateDirectory}/backups/${app}-${environment}`;
}

/** Into a folder of its own beside the earlier ones. Throws ConfigError `BACKUP_UNKNOWN`, and what the database throws. */
export async function makeVerified(
  name: string,
  { environment, context }: Pick<BackupInput, 'environment' | 'context'>,
  { files }: { readonly files: Files },
): Promise<VerifiedBackup> {
  if (environment.backup === undefined) {
    throw new ConfigError('BACKUP_UNKNOWN', 'Fairway cannot back this database up by itself.', {
      hint: 'Give "migrations.backup: { command: ... }", or "none" to go without.',
    });
  }
  await files.makeDirectory(shelfOf(context), 0o700);
  return await environment.backup(`${shelfOf(context)}/${name}`);
}

async function ownCommand(
  argv: readonly [string, ...string[]],
  { settings, url, variable, signal }: BackupInput,
  { exec, reporter }: StagePorts & { readonly exec: Exec },
): Promise<string> {
  const result = await exec.run({
    argv,
    env: { [variable]: url },
    timeoutMs: settings.statementTimeout,
    signal,
    onLine: (stream, line) => reporter.report({ type: 'output', stage: 'backup', stream, line }),
  });
  if (result.ended === 'exited' && result.exitCode === 0) return `${argv[0]} succeeded`;
  const how = result.ended === 'exited' ? `exit code ${result.exitCode}` : result.ended;
  throw new EnvironmentError(
    'BACKUP_FAILED',
    `the backup command ${argv[0]} failed (${how}): ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
    {
      hint: 'The database was not touched. Mend the command, or say "migrations.backup: none" to go without.',
    },
  );
}
