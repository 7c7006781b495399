import { expect, test } from 'vitest';
import { withPromise } from '../../../../src/domain/migration/classify/mariadb/promise.ts';

const instant = { algorithm: 'INSTANT', lock: 'NONE' } as const;

test.each([
  ['ALTER TABLE t ADD c int', 'ALTER TABLE t ADD c int, ALGORITHM=INSTANT, LOCK=NONE'],
  ['CREATE INDEX i ON t (a)', 'CREATE INDEX i ON t (a) ALGORITHM=INSTANT LOCK=NONE'],
  ['DROP INDEX i ON t', 'ALTER TABLE t DROP INDEX i, ALGORITHM=INSTANT, LOCK=NONE'],
  [
    'drop index if exists `an index` on shop.`t` WAIT 5',
    'ALTER TABLE shop.`t` WAIT 5 DROP INDEX if exists `an index`, ALGORITHM=INSTANT, LOCK=NONE',
  ],
  ['DROP INDEX i /* why */ ON t', null],
  ['INSERT INTO t VALUES (1)', null],
])('%s is sent with what the server promised', (sql, sent) => {
  expect(withPromise(sql, instant)).toBe(sent);
});
