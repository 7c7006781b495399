import { expect, test } from 'vitest';
import { byTransaction } from '../../../../../src/domain/migration/classify/by-transaction.ts';

const order = (queries: readonly string[], engine: 'postgres' | 'mariadb' = 'postgres'): readonly string[] =>
  byTransaction(
    queries.map((text) => ({ session: text.slice(0, 1), query: text.slice(2) })),
    engine,
  ).map(({ session, query }) => `${session} ${query}`);

test('transactions of two sessions that run at once are put one after the other, as they ended', () => {
  expect(order(['a BEGIN', 'b BEGIN', 'a one', 'b two', 'b COMMIT', 'a three', 'a COMMIT'])).toEqual([
    'b BEGIN',
    'b two',
    'b COMMIT',
    'a BEGIN',
    'a one',
    'a three',
    'a COMMIT',
  ]);
});

test('what stands outside of a transaction keeps its place, and a transaction without an end comes last', () => {
  expect(order(['a /* x */ begin', 'b one', 'a two', 'b three'])).toEqual([
    'b one',
    'b three',
    'a /* x */ begin',
    'a two',
  ]);
});

test('going back to a savepoint ends nothing; several statements sent at once may be a whole transaction', () => {
  expect(order(['a BEGIN', 'b BEGIN; two; COMMIT', 'a ROLLBACK TO s', 'b three', 'a ROLLBACK'])).toEqual([
    'b BEGIN; two; COMMIT',
    'b three',
    'a BEGIN',
    'a ROLLBACK TO s',
    'a ROLLBACK',
  ]);
});

test('in MariaDB a change of the schema ends the transaction, and a compound statement begins none', () => {
  expect(
    order(
      ['a START TRANSACTION', 'a insert', 'b one', 'a ALTER TABLE t ADD c int', 'b two', 'a BEGIN NOT ATOMIC x; END'],
      'mariadb',
    ),
  ).toEqual([
    'b one',
    'a START TRANSACTION',
    'a insert',
    'a ALTER TABLE t ADD c int',
    'b two',
    'a BEGIN NOT ATOMIC x; END',
  ]);
});
