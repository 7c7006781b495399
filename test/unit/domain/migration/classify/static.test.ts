import { expect, test } from 'vitest';
import { statements } from '../../../../fixtures/statements/postgres.ts';
import { read } from './read.ts';

const classes = (...args: Parameters<typeof read>): readonly string[] => read(...args).map((one) => one.class);

test('the same NOT VALID and VALIDATE are dangerous in one transaction and safe in two', () => {
  const sql = `ALTER TABLE books ADD CONSTRAINT priced CHECK (price >= 0) NOT VALID; ALTER TABLE books VALIDATE CONSTRAINT priced`;

  expect(classes(sql, 'file')).toEqual(['safe', 'dangerous']);
  expect(classes(sql, 'none')).toEqual(['safe', 'safe']);
});

test('CREATE INDEX CONCURRENTLY fails where the runner makes a transaction', () => {
  const sql = 'CREATE INDEX CONCURRENTLY books_pages ON books (pages)';

  expect(read(sql, 'file')[0]).toMatchObject({ class: 'dangerous', rules: ['needs-no-transaction'] });
  expect(classes(sql, 'none')).toEqual(['safe']);
});

test('a table that the migration makes itself may be changed in any way', () => {
  const sql = `CREATE TABLE reviews (id bigint PRIMARY KEY, stars integer);
    CREATE INDEX reviews_stars ON reviews (stars);
    ALTER TABLE reviews ALTER COLUMN stars SET NOT NULL;
    UPDATE reviews SET stars = 5`;

  expect(classes(sql)).toEqual(['safe', 'safe', 'safe', 'safe']);
});

test('SET NOT NULL is known to be free after a validated check in an earlier statement', () => {
  const sql = `ALTER TABLE books ADD CONSTRAINT known CHECK (pages IS NOT NULL) NOT VALID;
    ALTER TABLE books VALIDATE CONSTRAINT known;
    ALTER TABLE books ALTER COLUMN pages SET NOT NULL`;

  expect(classes(sql, 'none')).toEqual(['safe', 'safe', 'safe']);
});

test('what a DO block does is never called safe without a server', () => {
  const [result] = read("DO $$ BEGIN EXECUTE 'DROP TABLE books'; END $$");

  expect(result).toMatchObject({ class: 'unobserved', scan: null, lock: null });
});

test('dropping a column is dangerous before the rollout, and what the contract step is for', () => {
  const sql = 'ALTER TABLE books DROP COLUMN subtitle';

  expect(classes(sql, 'file', 'expand')).toEqual(['dangerous']);
  expect(classes(sql, 'file', 'contract')).toEqual(['safe']);
});

test('an accepted danger asks for a review and keeps its reason', () => {
  const [result] = read('-- fairway: accept drops-what-is-used nobody reads it since 1.3\nDROP TABLE visits');

  expect(result?.class).toBe('review');
  expect(result?.reason).toBe('Drops table visits. Accepted: nobody reads it since 1.3.');
});

test('lint never goes above review, and hygiene leaves the class alone', () => {
  const [table] = read('CREATE TABLE books (id serial PRIMARY KEY, title varchar(80), at timestamp)');
  const [revoke] = read('REVOKE SELECT ON books FROM app');

  expect(table).toMatchObject({
    class: 'safe',
    rules: ['prefer-identity', 'prefer-text', 'prefer-timestamptz', 'small-key'],
  });
  expect(revoke?.class).toBe('review');
});

test('from the text alone, no harmless statement of the table is called dangerous but two', () => {
  const wrong = statements
    .filter((one) => one.class === 'safe' && read(one.sql, one.wrapping ?? 'statement').at(-1)?.class === 'dangerous')
    .map((one) => one.name);

  // The text does not know that the check was validated, or that the column is NOT NULL, by an earlier migration.
  expect(wrong).toEqual([
    'set not null after a validated check',
    'primary key from an index on a column that is not null',
  ]);
});
