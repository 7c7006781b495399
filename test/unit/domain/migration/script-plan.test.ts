import { expect, test } from 'vitest';
import { postgresDialect } from '../../../../src/domain/migration/dialect.ts';
import { planScript } from '../../../../src/domain/migration/script-plan.ts';

const plan = (text: string, noTransaction = false) =>
  planScript({ path: 'migrations/0001_a.sql', text, firstLine: 1, noTransaction }, postgresDialect);

test('ordinary statements run in one transaction', () => {
  expect(plan('CREATE TABLE a (); ALTER TABLE a ADD b int;').plan.mode).toBe('transaction');
});

test.each([
  'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)',
  'DROP INDEX CONCURRENTLY IF EXISTS i',
  'REINDEX INDEX CONCURRENTLY i',
  'REINDEX (VERBOSE) TABLE CONCURRENTLY t',
  'REINDEX SCHEMA public',
  'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
  'VACUUM ANALYZE t',
  'CLUSTER',
  'CREATE DATABASE d',
  'ALTER SYSTEM SET work_mem = 1',
])('%s runs outside of a transaction, and its neighbours one by one', (statement) => {
  const { mode, statements } = plan(`SELECT 1; ${statement};`).plan;
  expect(mode).toBe('statements');
  expect(statements.map((one) => one.inTransaction)).toEqual([true, false]);
});

test.each(['CREATE INDEX i ON t (a)', 'DROP INDEX i', 'REINDEX TABLE t', 'CLUSTER t USING i'])(
  '%s needs no such thing',
  (statement) => {
    expect(plan(statement).plan.mode).toBe('transaction');
  },
);

test('a file that asks for no transaction runs statement by statement', () => {
  expect(plan('SELECT 1', true).plan.mode).toBe('statements');
});

test('BEGIN at the start with COMMIT at the end is the transaction that is made anyway', () => {
  const { plan: made, problems } = plan('BEGIN;\nSELECT 1;\nCOMMIT;');
  expect(made.statements.map((one) => one.text)).toEqual(['SELECT 1']);
  expect(problems).toEqual([]);
});

test('a COMMIT in the middle is a problem with its place', () => {
  const { problems } = plan('SELECT 1;\n  COMMIT;\nSELECT 2;');
  expect(problems).toEqual([
    {
      place: { path: 'migrations/0001_a.sql', line: 2, column: 3 },
      message: expect.stringContaining('COMMIT controls a transaction'),
    },
  ]);
});
