import { afterAll, beforeAll, expect } from 'vitest';
import { rehearse } from '../../../src/stages/rehearse.ts';
import { missing, needs } from '../../requirements.ts';
import { type About, type RehearseWorld, rehearseWorld } from './rehearse-world.ts';

const test = needs('mariadbd');
let here: RehearseWorld;

beforeAll(async () => {
  if (missing(['mariadbd']) === null) here = await rehearseWorld('mariadb');
});

afterAll(async () => {
  if (missing(['mariadbd']) === null) await here.world.remove();
});

const base = {
  '0001_products.sql': `CREATE TABLE products (id int AUTO_INCREMENT PRIMARY KEY, title varchar(50) NOT NULL);
INSERT INTO products (title) VALUES ('pen'), ('a : b');
CREATE VIEW titles AS SELECT title FROM products;
CREATE TRIGGER trimming BEFORE INSERT ON products FOR EACH ROW SET NEW.title = TRIM(NEW.title);`,
};
const old = {
  READ: 'SELECT id, title FROM products',
  WRITE: "INSERT INTO products (title) VALUES (' old ')",
};
const next = { READ: 'SELECT id, title, price FROM products', WRITE: 'SELECT 1' };

const run = async (about: Partial<About>) =>
  await rehearse(await here.input({ base, pending: {}, old, new: old, ...about }), here.ports);

const adds = { '0002_price.sql': 'ALTER TABLE products ADD price decimal(10, 2);' };
const drops = { '0002_price.down.sql': 'ALTER TABLE products DROP COLUMN price;' };

test('on MariaDB a column and a faithful down are proven', async () => {
  const result = await run({ pending: { ...adds, ...drops }, new: next });
  expect(result).toMatchObject({ rollback: 'proven', broken: null, migrations: [{ version: '0002' }] });
  expect(result.differences?.filter(({ severity }) => severity === 'broken')).toEqual([]);
  expect(result.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    'base ok',
    'old-on-base ok',
    'up ok',
    'old-on-new-schema ok',
    'replay ok',
    'new ok',
    'old-after-new ok',
    'down ok',
    'old-after-down ok',
    'up-again ok',
  ]);
});

test('on MariaDB a change without a down is a rollback of the code only', async () => {
  expect(await run({ pending: adds, new: next })).toMatchObject({ rollback: 'code-only', step: 'down' });
});

test('on MariaDB a first release has nothing to go back to', async () => {
  expect(await run({ base: {}, pending: base, old: null })).toMatchObject({ rollback: 'first' });
});

test('on MariaDB a renamed column makes a rollback impossible, and query and statement are named', async () => {
  const result = await run({
    pending: {
      ...adds,
      '0003_name.sql':
        'ALTER TABLE products ADD stock int;\nDROP VIEW titles;\nALTER TABLE products RENAME COLUMN title TO name;\nDROP TRIGGER trimming;',
    },
    new: { READ: 'SELECT id, name FROM products', WRITE: 'SELECT 1' },
  });
  expect(result).toMatchObject({
    rollback: 'impossible',
    step: 'old-on-new-schema',
    query: 'SELECT id, title FROM products',
    sqlState: '1054',
    guilty: 'migrations/0003_name.sql:3:1',
  });
});

test('on MariaDB a write that the new schema refuses is found with its values', async () => {
  const result = await run({
    old: { ...old, WRITE: 'INSERT INTO products (title) VALUES (?)' },
    pending: {
      '0002_owner.sql': 'ALTER TABLE products ADD owner int NOT NULL;\nALTER TABLE products ALTER owner DROP DEFAULT;',
    },
    new: { READ: 'SELECT owner FROM products', WRITE: 'SELECT 1' },
  });
  expect(result).toMatchObject({
    rollback: 'impossible',
    query: "INSERT INTO products (title) VALUES ('7')",
    sqlState: '1364',
    broken: { message: "Field 'owner' doesn't have a default value" },
  });
});

test('on MariaDB a query that was only asked at the start of the old release is replayed', async () => {
  const result = await run({
    old: { ...old, START: 'SELECT title FROM titles' },
    pending: { '0002_view.sql': 'DROP VIEW titles;' },
  });
  expect(result).toMatchObject({
    rollback: 'impossible',
    step: 'replay',
    query: 'SELECT title FROM titles',
    sqlState: '1146',
  });
});

const unfaithful: readonly (readonly [string, string, string, string])[] = [
  ['an index', 'DROP INDEX by_title ON products;', 'SELECT 1;', 'index products.by_title is missing'],
  [
    'a default',
    'ALTER TABLE products ALTER stock SET DEFAULT 5;',
    'ALTER TABLE products ALTER stock DROP DEFAULT;',
    'column products.stock was',
  ],
  ['rows', "DELETE FROM products WHERE title = 'pen';", 'SELECT 1;', 'table products had'],
  ['a trigger', 'DROP TRIGGER trimming;', 'SELECT 1;', 'trigger products.trimming is missing'],
  ['a right', 'REVOKE SELECT ON products FROM reader@localhost;', 'SELECT 1;', 'access to products for'],
  [
    'a counter',
    'ALTER TABLE products MODIFY id bigint AUTO_INCREMENT;',
    'ALTER TABLE products MODIFY id int AUTO_INCREMENT, AUTO_INCREMENT = 1;',
    'sequence products.AUTO_INCREMENT',
  ],
];

for (const [what, up, down, text] of unfaithful) {
  test(`on MariaDB a down that does not bring back ${what} is found out`, async () => {
    const result = await run({
      base: {
        '0001_products.sql': `${base['0001_products.sql']}
ALTER TABLE products ADD stock int DEFAULT 1;
CREATE INDEX by_title ON products (title);
CREATE USER IF NOT EXISTS reader@localhost;
GRANT SELECT ON products TO reader@localhost;
ALTER TABLE products AUTO_INCREMENT = 50;`,
      },
      old: { READ: 'SELECT id, title FROM products', WRITE: 'SELECT 1' },
      pending: { '0002_a.sql': up, '0002_a.down.sql': down },
    });
    expect(result).toMatchObject({ rollback: 'code-only', step: 'down', reason: expect.stringContaining(text) });
  });
}
