import { statementFailure, type StatementFailure } from '../../domain/migration/failure.ts';
import { placeOf, type Script } from '../../domain/migration/script.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import { EnvironmentError } from '../../errors.ts';
import type { MigrationSession } from '../tool.ts';

/** What is run, with its place in the script. */
export interface Runnable {
  readonly text: string;
  readonly start: number;
}

/** Run one statement; a refusal or a lost connection is a value, everything else is thrown. */
export async function runStatement(
  script: Script,
  statement: Runnable,
  session: MigrationSession,
): Promise<StatementFailure | null> {
  session.beforeStatement();
  return await attempt(script, statement, async () => {
    await session.connection.query(statement.text);
  });
}

/** Do something on behalf of a statement, and say how it failed in the words of that statement's place. */
export async function attempt(
  script: Script,
  statement: Runnable,
  work: () => Promise<void>,
): Promise<StatementFailure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const failure = sqlFailureOf(error);
    if (failure !== null) return statementFailure(script, statement, failure);
    if (error instanceof EnvironmentError) return gone(script, statement, error);
    throw error;
  }
}

function gone(script: Script, statement: Runnable, error: Error): StatementFailure {
  return {
    kind: 'gone',
    place: placeOf(script, statement.start),
    statement: statement.text,
    sqlState: null,
    message: error.message,
    detail: null,
    hint: null,
  };
}
