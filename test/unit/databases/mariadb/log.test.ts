import { expect, test } from 'vitest';
import { recordedByMariadb, refusedByMariadb } from '../../../../src/databases/mariadb/log.ts';

const applicationOf = (user: string): string => (user === 'app1' ? 'fairway-old' : user);

test('a refused query is read with its application, its lines and the colons in it', () => {
  const log = [
    "2026-01-14 09:30:00 3 app1[app1] @  [127.0.0.1] `shop` ERROR 1054: Unknown column 'a' in 'SELECT' : SELECT a,\n  'x : y' FROM t ",
    '2026-01-14  9:30:01 4 fairway[fairway] @ localhost [127.0.0.1] NULL ERROR 1046: No database selected : SELECT * FROM u',
    '',
  ].join('\n');
  expect(refusedByMariadb(log, applicationOf)).toEqual([
    {
      applicationName: 'fairway-old',
      sqlState: '1054',
      message: "Unknown column 'a' in 'SELECT'",
      query: "SELECT a,\n  'x : y' FROM t",
      parameters: null,
    },
    {
      applicationName: 'fairway',
      sqlState: '1046',
      message: 'No database selected',
      query: 'SELECT * FROM u',
      parameters: null,
    },
  ]);
});

test('the message of a syntax error quotes the query and does not end inside the quote', () => {
  const message =
    "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'FORM t WHERE a = ' : '' at line 1";
  const log = `2026-01-14 09:30:00 3 app1[app1] @  [127.0.0.1] \`shop\` ERROR 1064: ${message} : SELECT 1 FORM t WHERE a = ' : '\n`;
  expect(refusedByMariadb(log, applicationOf)).toMatchObject([{ message, query: "SELECT 1 FORM t WHERE a = ' : '" }]);
});

test('only what connections to a recorded database ask is recorded', () => {
  const user = 'app1[app1] @  [127.0.0.1]';
  const row = (thread: string, command: string, query: string) => ({ thread, command, query, user });
  const rows = [
    row('3', 'Connect', 'app1@127.0.0.1 on shop using TCP/IP'),
    row('4', 'Connect', 'app1@127.0.0.1 on other using TCP/IP'),
    row('3', 'Query', 'SELECT 1'),
    row('4', 'Query', 'SELECT 2'),
    row('3', 'Prepare', 'SELECT ?'),
    row('3', 'Execute', "SELECT '7'"),
    row('4', 'Init DB', 'shop'),
    row('4', 'Query', 'SELECT 3'),
  ];
  expect(recordedByMariadb(rows, new Set(['shop']), applicationOf)).toEqual([
    { applicationName: 'fairway-old', session: '3', query: 'SELECT 1', parameters: null },
    { applicationName: 'fairway-old', session: '3', query: "SELECT '7'", parameters: null },
    { applicationName: 'fairway-old', session: '4', query: 'SELECT 3', parameters: null },
  ]);
});
