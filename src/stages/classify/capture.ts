import type { EphemeralServer } from '../../databases/database.ts';
import type { ThrowAwayServer } from '../../databases/observe/throw-away-server.ts';
import { byTransaction } from '../../domain/migration/classify/by-transaction.ts';
import { type CapturedQuery, scriptsOfCaptured } from '../../domain/migration/classify/captured.ts';
import type { ScriptOfPhase } from '../../domain/migration/classify/postgres.ts';
import type { PostgresParser } from '../../domain/migration/classify/statement.ts';
import type { Engine } from '../../domain/migration/classify/words.ts';
import { ConfigError, GateFailed } from '../../errors.ts';
import type { CommandResult } from '../../ports.ts';

/** A command that migrates the database whose URL it is given. */
export interface MigrationCommand {
  /** As it is shown to people, in the place of a file's name. */
  readonly shownAs: string;
  readonly run: (url: string) => Promise<CommandResult>;
}

/** Everything that a command sent, in an order in which it can be done again. */
export interface Captured {
  readonly queries: readonly CapturedQuery[];
  /** Texts of those that the server refused. */
  readonly refused: readonly string[];
}

type RecordingServer = ThrowAwayServer & Pick<EphemeralServer, 'mark' | 'record' | 'recordedQueries' | 'failedQueries'>;

/**
 * Let a command migrate a database that holds the base, and answer with everything that it sent.
 *
 * Throws ConfigError `CAPTURE_IMPOSSIBLE` for a server whose log is not ours to read, GateFailed
 * `MIGRATION_COMMAND_FAILED` when the command fails, `MIGRATION_COMMAND_SILENT` when it sent nothing.
 */
export async function captureCommand(
  command: MigrationCommand,
  database: string,
  server: ThrowAwayServer,
  engine: Engine,
): Promise<Captured> {
  if (!records(server)) {
    throw new ConfigError('CAPTURE_IMPOSSIBLE', 'what a command sends can only be read from a server of our own', {
      hint: 'leave --database-url out, and give the base with --schema or --from-migrations',
    });
  }
  await server.record(database);
  const since = await server.mark();
  const { shownAs } = command;
  const ended = await command.run(server.url(database, 'fairway command'));
  if (ended.exitCode !== 0) {
    const how = ended.ended === 'exited' ? `exit code ${ended.exitCode ?? ended.signal}` : ended.ended;
    const said = ended.stderr.trim().split('\n').slice(-10).join('\n');
    throw new GateFailed('MIGRATION_COMMAND_FAILED', `${shownAs}: ${how}${said === '' ? '' : `\n${said}`}`, {
      hint: 'it must migrate the database of DATABASE_URL from the base to the newest version',
    });
  }
  const refused = (await server.failedQueries(since)).map(({ query }) => query);
  const queries = byTransaction(await server.recordedQueries(since), engine);
  if (queries.length > 0) return { queries, refused };
  throw new GateFailed('MIGRATION_COMMAND_SILENT', `${shownAs} sent no statement to the database of DATABASE_URL`, {
    hint: 'see that it connects where DATABASE_URL says',
  });
}

/** Scripts of PostgreSQL that do again what a command sent; throws GateFailed `MIGRATION_SYNTAX` for what cannot be read. */
export function scriptsOfCommand(
  { shownAs }: MigrationCommand,
  { queries, refused }: Captured,
  parser: PostgresParser,
): readonly ScriptOfPhase[] {
  const { scripts, unread } = scriptsOfCaptured(shownAs, queries, refused, parser);
  if (unread.length === 0) return scripts;
  throw new GateFailed(
    'MIGRATION_SYNTAX',
    `${shownAs} sent what the parser of PostgreSQL 18 does not know: ${unread[0]}`,
  );
}

function records(server: ThrowAwayServer): server is RecordingServer {
  return 'record' in server;
}
