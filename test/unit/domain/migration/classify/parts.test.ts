import { expect, test } from 'vitest';
import { withoutPsql } from '../../../../../src/domain/migration/classify/dump.ts';
import { withPromise } from '../../../../../src/domain/migration/classify/mariadb/promise.ts';
import { splitMariadb } from '../../../../../src/domain/migration/classify/mariadb/split.ts';
import { predictMs } from '../../../../../src/domain/migration/classify/predict-time.ts';
import { annotations, sarif } from '../../../../../src/domain/migration/classify/sarif.ts';
import type { Classification } from '../../../../../src/domain/migration/classify/result.ts';
import { postgresDialect } from '../../../../../src/domain/migration/dialect.ts';
import { planScript } from '../../../../../src/domain/migration/script-plan.ts';
import { parser, read } from './read.ts';

test('a syntax error is told with its line and column in the words of PostgreSQL', () => {
  expect(parser.parse('0007.sql', "SELECT 'é';\n\n  ALTR TABLE books")).toEqual({
    kind: 'syntax-error',
    failure: { file: '0007.sql', line: 3, column: 3, message: 'syntax error at or near "ALTR"' },
  });
});

test('a statement stands where its first word is, below its comments', () => {
  const parsed = parser.parse('a.sql', '-- why\n/* a /* nested */ one */\n  SELECT 1;\nSELECT 2 -- behind\n;');

  expect(
    parsed.kind === 'parsed' && parsed.statements.map(({ line, column, comments }) => [line, column, comments]),
  ).toEqual([
    [3, 3, '-- why\n/* a /* nested */ one */\n  '],
    [4, 1, ';\n'],
  ]);
});

test('what psql alone understands is left out of a dump, and lines keep their numbers', () => {
  const { sql, rowsLeftOut } = withoutPsql(
    '\\restrict x\nCREATE TABLE a ();\nCOPY public.a (b) FROM stdin;\n1\n\\.\nSELECT 1;',
  );

  expect(sql.split('\n')).toEqual(['', 'CREATE TABLE a ();', '', '', '', 'SELECT 1;']);
  expect(rowsLeftOut).toBe(true);
});

test('a lock is predicted from time per row; sorting adds the ratio of the logarithms', () => {
  const target = new Map([['books', { rows: 2_000_000, bytes: 1 }]]);

  expect(predictMs(50, [{ relation: 'books', rows: 100_000 }], target, false)).toBe(1_000);
  expect(predictMs(50, [{ relation: 'books', rows: 100_000 }], target, true)).toBe(1_260);
  expect(predictMs(50, [{ relation: 'books', rows: 10 }], target, false)).toBeNull();
  expect(predictMs(50, [{ relation: 'visits', rows: 100_000 }], target, false)).toBeNull();
});

test('MariaDB scripts are cut at their DELIMITER, and the body of a routine stays whole without one', () => {
  const script = `ALTER TABLE a ADD b int DEFAULT ';'; # c;
DELIMITER $$
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END$$
DELIMITER ;
CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT CASE WHEN 1 THEN 2 END; END IF; END;
/*!40101 SET NAMES utf8 */;
SELECT 'it''s; \\'', "a;b", \`c;d\``;

  expect(splitMariadb('a.sql', script).map(({ line, sql }) => [line, sql.slice(0, 20)])).toEqual([
    [1, 'ALTER TABLE a ADD b '],
    [3, 'CREATE TRIGGER t BEF'],
    [5, 'CREATE PROCEDURE p()'],
    [6, '/*!40101 SET NAMES u'],
    [7, "SELECT 'it''s; \\'', "],
  ]);
});

test('ALGORITHM and LOCK go where MariaDB takes them, in place of what was there', () => {
  const promise = { algorithm: 'INSTANT', lock: 'NONE' } as const;

  expect(withPromise('ALTER TABLE a ADD b int, LOCK=SHARED', promise)).toBe(
    'ALTER TABLE a ADD b int, ALGORITHM=INSTANT, LOCK=NONE',
  );
  expect(withPromise('CREATE INDEX i ON a (b)', promise)).toBe('CREATE INDEX i ON a (b) ALGORITHM=INSTANT LOCK=NONE');
  expect(withPromise('ALTER TABLE a PARTITION BY HASH (b)', promise)).toBe(
    'ALTER TABLE a ALGORITHM=INSTANT, LOCK=NONE PARTITION BY HASH (b)',
  );
  expect(withPromise('UPDATE a SET b = 1', promise)).toBeNull();
});

test('a block in a file without a transaction runs outside of one, so that a backfill may commit', () => {
  const script = (noTransaction: boolean) => ({
    path: 'a.sql',
    text: 'SELECT 1; DO $$ BEGIN COMMIT; END $$',
    firstLine: 1,
    noTransaction,
  });

  expect(planScript(script(true), postgresDialect).plan.statements.map((one) => one.inTransaction)).toEqual([
    true,
    false,
  ]);
  expect(planScript(script(false), postgresDialect).plan.mode).toBe('transaction');
});

test('findings go to code scanning and to annotations with file and line', () => {
  const statements = read('\nDROP TABLE visits;\nSELECT 1');
  const classification: Classification = {
    engine: 'postgres',
    mode: 'static',
    server: null,
    class: 'dangerous',
    statements,
  };
  const document = JSON.parse(sarif(classification, '1.0.0')) as {
    readonly runs: readonly { readonly results: readonly unknown[] }[];
  };

  expect(annotations(classification)).toEqual([
    '::error file=0007_change.sql,line=2,endLine=2,col=1,title=Migration%3A dangerous::Drops table visits.',
  ]);
  expect(document.runs[0]?.results).toMatchObject([
    {
      ruleId: 'drops-what-is-used',
      level: 'error',
      locations: [{ physicalLocation: { region: { startLine: 2, startColumn: 1, endLine: 2 } } }],
    },
  ]);
});
