import { expect, test } from 'vitest';
import { scriptsOfCaptured } from '../../../../../src/domain/migration/classify/captured.ts';
import { parser } from './read.ts';

test('a query that the server refused is left out once, and lines are numbers of statements', () => {
  expect(captured(['SELECT v FROM t', 'CREATE TABLE t (v text)', 'SELECT v FROM t'], ['SELECT v FROM t'])).toEqual([
    { wrapping: 'none', statements: ['1: CREATE TABLE t (v text)', '2: SELECT v FROM t'] },
  ]);
});

test('statements that were sent at once are one transaction, unless the command opened one itself', () => {
  const together = 'CREATE TABLE a (); CREATE TABLE b ()';

  expect(captured([together, 'BEGIN', together, 'COMMIT'])).toEqual([
    { wrapping: 'file', statements: ['1: CREATE TABLE a ()', '2: CREATE TABLE b ()'] },
    { wrapping: 'none', statements: ['3: BEGIN', '4: CREATE TABLE a ()', '5: CREATE TABLE b ()', '6: COMMIT'] },
  ]);
});

test('parameters stand in their places, but not inside of strings', () => {
  const { scripts } = scriptsOfCaptured(
    'migrate',
    [{ query: "INSERT INTO t VALUES ($2, '$1', $1)", parameters: "$1 = 'it''s $2', $2 = NULL" }],
    [],
    parser,
  );

  expect(scripts[0]?.statements[0]?.sql).toBe("INSERT INTO t VALUES (NULL, '$1', 'it''s $2')");
});

test('what the parser does not know is told, not passed over', () => {
  const { scripts, unread } = scriptsOfCaptured('migrate', [{ query: 'FROB t', parameters: null }], [], parser);

  expect({ scripts, unread }).toEqual({ scripts: [], unread: ['FROB t'] });
});

function captured(queries: readonly string[], refused: readonly string[] = []): unknown {
  const recorded = queries.map((query) => ({ query, parameters: null }));
  return scriptsOfCaptured('migrate', recorded, refused, parser).scripts.map(({ wrapping, statements }) => ({
    wrapping,
    statements: statements.map(({ line, sql }) => `${line}: ${sql}`),
  }));
}
