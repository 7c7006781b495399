import { expect, test } from 'vitest';
import { adviceFor } from '../../../../src/domain/migration/compatibility/advice.ts';
import { mostTelling, type RefusedQuery } from '../../../../src/domain/migration/compatibility/refused-query.ts';
import { suspectOf } from '../../../../src/domain/migration/compatibility/suspect.ts';
import { pauseAfter } from '../../../../src/domain/migration/lock-retry.ts';

const refused = (query: string, sqlState: string, applicationName = 'fairway-old'): RefusedQuery => ({
  applicationName,
  sqlState,
  message: 'no',
  query,
  parameters: null,
});
const old = { applicationName: 'fairway-old', others: ['fairway-new', 'fairway'] };

test('of several refused queries the one about a name that is gone says most', () => {
  const queries = [refused('A', '25P02'), refused('B', '23502'), refused('C', '42703')];
  expect(mostTelling(queries, old, [])?.query).toBe('C');
});

test('what was refused before the migration too says nothing', () => {
  expect(mostTelling([refused('A', '42P01'), refused('B', '23505')], old, [refused('A', '42P01')])?.query).toBe('B');
});

test('the queries of the other release are never taken, those of an unknown name only where there is no own one', () => {
  const unknown = refused('U', '42703', 'my pool');
  expect(mostTelling([refused('N', '42703', 'fairway-new'), unknown], old, [])?.query).toBe('U');
  expect(mostTelling([unknown, refused('O', '23505')], old, [])?.query).toBe('O');
  expect(mostTelling([refused('N', '42703', 'fairway-new')], old, [])).toBeNull();
});

test('the statement that names what the server named is the suspect, the later one of two', () => {
  const candidates = [
    { text: 'ALTER TABLE orders ADD x int' },
    { text: 'ALTER TABLE orders ADD CONSTRAINT orders_email_key UNIQUE (email)' },
    { text: 'ALTER TABLE orders ADD y int' },
  ];
  const query = {
    message: 'duplicate key value violates unique constraint "orders_email_key"',
    query: 'INSERT INTO orders (email) VALUES ($1)',
  };
  expect(suspectOf(candidates, query)).toBe(candidates[1]);
  expect(suspectOf([{ text: 'CREATE TABLE other ()' }], query)).toBeNull();
});

test.each([
  ['ALTER TABLE a RENAME COLUMN b TO c', 'add the new column beside the old one'],
  ['ALTER TABLE a RENAME b TO c', 'add the new column beside the old one'],
  ['ALTER TABLE a RENAME TO b', 'keep the old name as a view'],
  ['ALTER TABLE a DROP COLUMN b', 'release the code that does without it first'],
  ['ALTER TABLE a ADD b int NOT NULL', 'give the column a default'],
  ['ALTER TABLE a ALTER b TYPE int USING b::int', 'add a column of the new type'],
  ['ALTER TABLE a ADD UNIQUE (b)', 'release code that keeps to the new rule first'],
  ['CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f()', 'keeps working'],
])('%s: expand, then contract', (statement, advice) => {
  expect(adviceFor(statement)).toMatch(/^Expand, then contract: /);
  expect(adviceFor(statement)).toContain(advice);
});

test('pauses for a lock double, are moved by a quarter at most, are bounded and end', () => {
  const retry = { attempts: 4, firstPauseMs: 100, longestPauseMs: 300 };
  expect([1, 2, 3, 4].map((attempt) => pauseAfter(attempt, retry, 0.5))).toEqual([100, 200, 300, null]);
  expect(pauseAfter(1, retry, 0)).toBe(75);
  expect(pauseAfter(1, retry, 0.999)).toBe(125);
});
