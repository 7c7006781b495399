import type { StatementWatch } from '../../databases/watch.ts';
import { excerpt } from '../../domain/migration/failure.ts';
import { showPlace } from '../../domain/migration/script.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { SqlConnection } from '../../ports.ts';
import type { RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts } from './input.ts';
import { type SentStatement, sentStatements } from './sent-statements.ts';
import type { WatchedStatement } from './watched.ts';

type Watched = Omit<WatchedStatement, 'predictedMs'>;

const copy = 'fairway_sent';
const scratch = 'fairway_sent_scratch';

/**
 * What programs sent, done again statement by statement where it can be watched; what only reads or sets something is
 * left out. It ends at the first one that cannot be done again by itself.
 */
export async function watchSent(
  databases: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<readonly Watched[]> {
  const { plugin } = input.database;
  if (plugin.watcher === undefined) return [];
  const statements = await sentStatements(databases, input, ports);
  const { server, base, role } = databases;
  await server.create(copy, base);
  await server.create(scratch);
  const url = server.url(copy, 'fairway', role);
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway' });
  const seen: Watched[] = [];
  try {
    const watch = await plugin.watcher.watch(connection, scratch, ports.clock);
    for (const statement of statements) {
      const one = await watched(statement, watch, connection, input);
      if (changesSomething.test(statement.text)) seen.push(one);
    }
  } catch (error) {
    if (sqlFailureOf(error) === null) throw error;
    input.onWarning?.(`what the command sent cannot be watched to its end: ${(error as Error).message}`);
  } finally {
    await connection.close();
    for (const database of [copy, scratch]) await server.drop(database);
  }
  return seen;
}

const changesSomething = /^\s*(?!SELECT\b|SHOW\b|SET\b|EXPLAIN\b)\w/i;

/** In a transaction, where the server can: locks are seen as long as they are held. */
async function watched(
  { text, place }: SentStatement,
  watch: StatementWatch,
  connection: SqlConnection,
  { database: { plugin } }: RehearsalInput,
): Promise<Watched> {
  const { dialect } = plugin;
  const [statement] = dialect.split(text).statements;
  const isWhole = dialect.transactionalDdl && statement !== undefined && !dialect.runsOutsideTransaction(statement);
  if (isWhole) await connection.query('BEGIN');
  const one = await watch.run(text);
  if (isWhole) await connection.query('COMMIT');
  const told = `${showPlace(place)}: ${excerpt(text, 60)}`;
  return { place: told, statement: excerpt(text), ...one, ms: Math.round(one.ms * 10) / 10 };
}
