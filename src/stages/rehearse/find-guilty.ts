import type { Dialect } from '../../domain/migration/dialect.ts';
import { suspectOf } from '../../domain/migration/compatibility/suspect.ts';
import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import { labelOf, type Migration } from '../../domain/migration/migration.ts';
import { planScript } from '../../domain/migration/script-plan.ts';
import { placeOf } from '../../domain/migration/script.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { RehearsalDatabases } from './databases.ts';
import type { BrokenQuery, RehearsalInput, RehearsalPorts } from './input.ts';
import { sentStatements } from './sent-statements.ts';
import { limitQueries, tryQuery } from './try-query.ts';

type Guilty = NonNullable<BrokenQuery['guilty']>;

interface Suspect extends Guilty {
  readonly text: string;
}

/**
 * The statement of the pending migrations that broke a query: on a fresh copy of the base the query is prepared after
 * each statement, and the first one after which it fails is the one. What can only fail with data is told by the
 * names that the server gave.
 */
export async function findGuilty(
  refused: RefusedQuery,
  databases: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<Guilty | null> {
  const isByProgram = databases.pending.some(({ up }) => up.isProgram === true);
  const suspects = isByProgram
    ? await sentStatements(databases, input, ports)
    : databases.pending.flatMap((migration) => statementsOf(migration, input));
  const found =
    (await firstThatBreaks(refused, suspects, databases, input.database.plugin.dialect, ports)) ??
    suspectOf(suspects, refused);
  if (found === null) return null;
  const { place, statement, migration } = found;
  return { place, statement, migration };
}

function statementsOf(migration: Migration, input: RehearsalInput): readonly Suspect[] {
  if (input.migrations === null) return [];
  return planScript(migration.up, input.migrations.dialect).plan.statements.map(({ text, start }) => ({
    text,
    statement: text,
    place: placeOf(migration.up, start),
    migration: labelOf(migration),
  }));
}

const longestStatementMs = 60_000;

async function firstThatBreaks(
  refused: RefusedQuery,
  suspects: readonly Suspect[],
  { server, base, role }: RehearsalDatabases,
  dialect: Dialect,
  ports: RehearsalPorts,
): Promise<Suspect | null> {
  const copy = 'fairway_guilty';
  await server.create(copy, base);
  try {
    const url = server.url(copy, 'fairway', role);
    const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway' });
    try {
      await limitQueries(longestStatementMs, dialect, connection);
      if ((await tryQuery(refused, dialect, connection)) !== null) return null;
      for (const suspect of suspects) {
        await connection.query(suspect.text);
        if ((await tryQuery(refused, dialect, connection))?.sqlState === refused.sqlState) return suspect;
      }
      return null;
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (sqlFailureOf(error) === null) throw error;
    return null;
  } finally {
    await server.drop(copy);
  }
}
