import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../../src/adapters/sql/libpg-query.ts';
import { observePostgres } from '../../../../src/databases/observe/postgres.ts';
import { contextsOf } from '../../../../src/domain/migration/classify/context.ts';
import type { StatementResult } from '../../../../src/domain/migration/classify/result.ts';
import type { PostgresParser } from '../../../../src/domain/migration/classify/statement.ts';
import { judgeStatement } from '../../../../src/domain/migration/classify/verdict.ts';
import { bookshop, statements, type StatementCase } from '../../../fixtures/statements/postgres.ts';
import { clock } from './clock.ts';
import { isInstalled, startPostgres, type TestServer } from './server.ts';

// PostgreSQL 18 comes with the project; the others are watched, too, where they are installed.
describe.each([18, 17, 16, 15].filter((major) => major === 18 || isInstalled(major)))('PostgreSQL %i', (major) => {
  let server: TestServer;
  let parser: PostgresParser;
  let made = 0;

  beforeAll(async () => {
    [server, parser] = await Promise.all([startPostgres(major), loadPostgresParser()]);
    await server.create('bookshop');
    await run('bookshop', bookshop);
  });
  afterAll(() => server.stop());

  test.each(statements.filter((one) => (one.since ?? 0) <= major).map((one) => [one.name, one] as const))(
    '%s',
    async (_name, expected) => {
      const result = await classify(expected);

      expect({
        class: result.class,
        lock: result.lock,
        blocks: result.blocks,
        scan: result.scan === true,
        rewrite: result.rewrite === true,
        drops: result.drops,
        rules: result.rules,
      }).toEqual({
        class: expected.class,
        lock: expected.lock,
        blocks: expected.blocks,
        scan: expected.scan === true,
        rewrite: expected.rewrite === true,
        drops: expected.drops ?? [],
        rules: expected.rules ?? [],
      });
    },
  );

  async function classify(one: StatementCase): Promise<StatementResult> {
    const database = `case_${(made += 1)}`;
    await server.create(database, 'bookshop');
    if (one.given !== undefined) await run(database, one.given);
    const parsed = parser.parse('migration.sql', one.sql);
    if (parsed.kind !== 'parsed') throw new Error(parsed.failure.message);
    const scripts = [{ wrapping: one.wrapping ?? ('statement' as const), statements: parsed.statements }];
    const connect = (): ReturnType<TestServer['connect']> => server.connect(database);
    const watched = await observePostgres(scripts, { statementTimeoutMs: 20_000 }, connect, clock);
    const context = contextsOf(scripts)[0]?.at(-1);
    const observation = watched.observations[0]?.at(-1);
    if (context === undefined || observation === undefined) throw new Error('nothing was observed');
    return judgeStatement(context, observation, { phase: 'expand', budgetMs: 60_000, target: new Map() });
  }

  async function run(database: string, sql: string): Promise<void> {
    const connection = await server.connect(database);
    await connection.query(sql);
    await connection.close();
  }
});
