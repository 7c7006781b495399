import { expect, test } from 'vitest';
import { statementsOfCaptured } from '../../../../../src/domain/migration/classify/mariadb/captured.ts';

const captured = (queries: readonly string[], refused: readonly string[] = []): readonly string[] =>
  statementsOfCaptured('migrate', {
    queries: queries.map((query) => ({ query, parameters: null })),
    refused,
  }).map(({ line, sql }) => `${line}: ${sql}`);

test('what only the connection is told, and what only reads, is left out', () => {
  const sent = [
    'SET NAMES utf8mb4',
    'SET SESSION autocommit = 0',
    'SET @@session.sql_mode = 1',
    'USE shop',
    'SHOW TABLES',
    'SELECT version FROM versions',
    'START TRANSACTION',
    'ALTER TABLE a ADD b int',
    'COMMIT',
  ];

  expect(captured(sent)).toEqual(['1: ALTER TABLE a ADD b int']);
});

test('what changes how later statements work stays: checks of foreign keys, rows that are selected into a table', () => {
  expect(captured(['SET foreign_key_checks = 0', 'CREATE TABLE a SELECT 1', 'SELECT 1 INTO @a'])).toEqual([
    '1: SET foreign_key_checks = 0',
    '2: CREATE TABLE a SELECT 1',
    '3: SELECT 1 INTO @a',
  ]);
});

test('a query that was refused is left out once; several that were sent at once are told one by one', () => {
  const drop = 'DROP TABLE a';

  expect(captured([drop, 'CREATE TABLE a (id int); INSERT INTO a VALUES (1)', drop], [drop])).toEqual([
    '1: CREATE TABLE a (id int)',
    '2: INSERT INTO a VALUES (1)',
    '3: DROP TABLE a',
  ]);
});
