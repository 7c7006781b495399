import { observePostgres } from '../../../../src/databases/observe/postgres.ts';
import { classifyPostgres } from '../../../../src/domain/migration/classify/postgres.ts';
import type { TargetStatistics } from '../../../../src/domain/migration/classify/predict-time.ts';
import type { Classification } from '../../../../src/domain/migration/classify/result.ts';
import type { PostgresParser } from '../../../../src/domain/migration/classify/statement.ts';
import type { Phase, Wrapping } from '../../../../src/domain/migration/classify/words.ts';
import { clock } from './clock.ts';
import type { TestServer } from './server.ts';

let made = 0;

export interface Watching {
  readonly given?: string | undefined;
  readonly template?: string;
  readonly wrapping?: Wrapping | undefined;
  readonly phase?: Phase;
  readonly target?: TargetStatistics;
}

/** Watch SQL on a new database of a test's server. */
export async function watch(
  sql: string,
  { given = '', template, wrapping = 'statement', phase = 'expand', target = new Map() }: Watching,
  server: TestServer,
  parser: PostgresParser,
): Promise<Classification> {
  const database = `watched_${(made += 1)}`;
  await server.create(database, template);
  if (given !== '') {
    const connection = await server.connect(database);
    await connection.query(given);
    await connection.close();
  }
  const parsed = parser.parse('migration.sql', sql);
  if (parsed.kind !== 'parsed') throw new Error(parsed.failure.message);
  const scripts = [{ wrapping, phase, statements: parsed.statements }];
  const connect = (): ReturnType<TestServer['connect']> => server.connect(database);
  const watched = await observePostgres(scripts, { statementTimeoutMs: 20_000 }, connect, clock);
  return classifyPostgres(scripts, { server: '18', ...watched }, { budgetMs: 60_000, target }, parser);
}
