import { expect, test } from 'vitest';
import { splitPostgres } from '../../../../src/domain/migration/split-postgres.ts';

const texts = (sql: string): readonly string[] => splitPostgres(sql).statements.map((statement) => statement.text);
const problems = (sql: string): readonly string[] => splitPostgres(sql).problems.map((problem) => problem.message);

test('statements end at a semicolon, and the last one needs none', () => {
  expect(texts('SELECT 1;\n\nSELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
});

test('semicolons in strings, names and comments split nothing', () => {
  const sql = `INSERT INTO t VALUES ('a;b''; c', E'it\\'s; ', U&'d\\0061;'); -- no; not here\nALTER TABLE "we;ird" /* nor; /* nested; */ here; */ ADD x int;`;
  expect(texts(sql)).toEqual([
    `INSERT INTO t VALUES ('a;b''; c', E'it\\'s; ', U&'d\\0061;')`,
    `ALTER TABLE "we;ird" /* nor; /* nested; */ here; */ ADD x int`,
  ]);
});

test('the body of a function in dollar quotes is one piece, whatever its tag', () => {
  const sql = `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RAISE NOTICE '$$ ; $x$'; RETURN 1; END $body$;\nDO $$ BEGIN NULL; END $$;`;
  expect(texts(sql)).toHaveLength(2);
});

test('a dollar sign inside of a name opens no quote', () => {
  expect(texts('SELECT a$1$ FROM t; SELECT $1')).toEqual(['SELECT a$1$ FROM t', 'SELECT $1']);
});

test('a function with BEGIN ATOMIC is one statement, with a CASE inside too', () => {
  const sql = `CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; SELECT 3; END; SELECT 4`;
  expect(texts(sql).map((text) => text.slice(0, 8))).toEqual(['CREATE O', 'SELECT 4']);
});

test('the commands of a rule in parentheses stay together', () => {
  expect(texts('CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3')).toHaveLength(2);
});

test('a statement knows where it starts and what kind it is', () => {
  const [, second] = splitPostgres('SELECT 1;\n-- why\n  create /* now */ index concurrently i ON t (a);').statements;
  expect(second).toMatchObject({ start: 19, words: ['CREATE', 'INDEX', 'CONCURRENTLY', 'I', 'ON', 'T', 'A'] });
});

test('comments and empty statements are none', () => {
  expect(texts('-- only words\n;;/* and\n more */;')).toEqual([]);
});

test.each([
  ['\\connect other\nSELECT 1;', '"\\connect" is a command of psql'],
  ['\\i other.sql', '"\\i" is a command of psql'],
  ["\\copy t FROM 'a.csv'\n", '"\\copy" is a command of psql'],
])('%s is refused by name', (sql, words) => {
  expect(problems(sql)).toEqual([expect.stringContaining(words)]);
});

test('strings of many megabytes are one piece', () => {
  const long = "it''s; ".repeat(1_000_000);
  expect(splitPostgres(`INSERT INTO t VALUES ('${long}'); SELECT E'${long}\\''`).statements).toHaveLength(2);
});

test('a backslash in a string is no command', () => {
  expect(problems(`SELECT '\\d', $$ \\i $$`)).toEqual([]);
});

test('COPY with data in the file is refused', () => {
  expect(problems('COPY t (a) FROM STDIN;')).toEqual([
    expect.stringContaining('COPY with data in the file needs psql'),
  ]);
});

test.each([
  [`SELECT 'open`, "a string (')"],
  [`SELECT $x$ open`, 'a string ($x$)'],
  [`SELECT "open`, 'a quoted name (")'],
  [`SELECT 1 /* open /* twice */`, 'a comment (/*)'],
])('%s names what has no end', (sql, what) => {
  expect(problems(sql)).toEqual([`${what} that begins here has no end`]);
});
