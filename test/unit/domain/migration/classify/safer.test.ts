import { expect, test } from 'vitest';
import { read } from './read.ts';

const safer = (sql: string): string | null | undefined => read(sql, 'statement').at(-1)?.safer;

test('an index is built without keeping writers out', () => {
  expect(safer('CREATE UNIQUE INDEX books_code ON books (code)')).toBe(
    '-- fairway: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY books_code ON books (code);\n',
  );
});

test('NOT NULL is proven by a check that is validated while others work', () => {
  expect(safer('ALTER TABLE books ALTER COLUMN pages SET NOT NULL')?.split('\n').slice(1, 5)).toEqual([
    'ALTER TABLE books ADD CONSTRAINT books_pages_not_null_check CHECK (pages IS NOT NULL) NOT VALID;',
    'ALTER TABLE books VALIDATE CONSTRAINT books_pages_not_null_check;',
    'ALTER TABLE books ALTER COLUMN pages SET NOT NULL;',
    'ALTER TABLE books DROP CONSTRAINT books_pages_not_null_check;',
  ]);
});

test('a constraint without a name gets the one that PostgreSQL would have given', () => {
  expect(safer('ALTER TABLE shop.visits ADD FOREIGN KEY (book_id) REFERENCES books (id)')).toContain(
    'ADD CONSTRAINT visits_book_id_fkey FOREIGN KEY (book_id) REFERENCES books (id) NOT VALID',
  );
  expect(safer('ALTER TABLE books ADD CHECK (price > 0)')).toContain(
    'ADD CONSTRAINT books_price_check CHECK (price > 0) NOT VALID',
  );
});

test('text that is not ASCII is cut at the right place', () => {
  expect(
    safer(
      "SELECT 'für €'; /* größer */ ALTER TABLE IF EXISTS books ADD COLUMN größe integer DEFAULT 1 CHECK (größe > 0), ADD COLUMN ü text DEFAULT 'é'",
    ),
  ).toBe(
    `-- fairway: no-transaction
ALTER TABLE IF EXISTS books ADD COLUMN größe integer DEFAULT 1;
ALTER TABLE IF EXISTS books ADD CONSTRAINT "books_größe_check" CHECK (größe > 0) NOT VALID;
ALTER TABLE IF EXISTS books VALIDATE CONSTRAINT "books_größe_check";
ALTER TABLE IF EXISTS books ADD COLUMN ü text DEFAULT 'é';
`,
  );
});

test('where SQL alone cannot do it gently there is no answer', () => {
  expect(safer('ALTER TABLE books ALTER COLUMN pages TYPE bigint')).toBeNull();
  expect(safer('DROP TABLE books')).toBeNull();
  expect(safer('ALTER TABLE books ADD COLUMN number isbn UNIQUE, ALTER COLUMN pages TYPE bigint')).toBeNull();
});
