import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rehearse } from '../../../src/stages/rehearse.ts';
import { missing } from '../../requirements.ts';
import { type RehearseWorld, rehearseWorld } from './rehearse-world.ts';

let here: RehearseWorld;

const base = {
  '0001_shop.sql': `
    CREATE TABLE customers (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL, address varchar(100));
    CREATE TABLE orders (
      id int AUTO_INCREMENT PRIMARY KEY,
      customer_id int NOT NULL,
      state enum('open', 'paid') NOT NULL DEFAULT 'open',
      total decimal(10, 2) NOT NULL DEFAULT 0,
      FOREIGN KEY (customer_id) REFERENCES customers (id)
    );
    CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE state = 'open';
    INSERT INTO customers (email, address) VALUES ('ann@example.com', 'Elm Street 1'), ('bob@example.com', NULL);
    INSERT INTO orders (customer_id, total) VALUES (1, 9.50), (2, 12);`,
};

const plain = {
  READ: 'SELECT id, email, address FROM customers',
  WRITE: "INSERT INTO customers (email) VALUES ('same@example.com')",
};
const ordering = { READ: 'SELECT id, state, total FROM orders', WRITE: 'INSERT INTO orders (customer_id) VALUES (1)' };
const harmless = { READ: 'SELECT 1', WRITE: 'SELECT 1' };

interface Known {
  readonly what: string;
  readonly up: string;
  readonly old: Readonly<Record<string, string>>;
  readonly new?: Readonly<Record<string, string>>;
  readonly rollback: 'code-only' | 'impossible';
  /** The server's own number. */
  readonly sqlState?: string;
  readonly line?: number;
}

/** The same twelve changes as on PostgreSQL, whose answer is known beforehand. */
const twelve: readonly Known[] = [
  {
    what: 'an added column with a default',
    up: "ALTER TABLE customers ADD city varchar(50) NOT NULL DEFAULT 'nowhere';",
    old: plain,
    rollback: 'code-only',
  },
  {
    what: 'a renamed table',
    up: 'SELECT 1;\nRENAME TABLE customers TO clients;',
    old: plain,
    new: harmless,
    rollback: 'impossible',
    sqlState: '1146',
    line: 2,
  },
  {
    what: 'a dropped column that is still read',
    up: 'ALTER TABLE customers DROP COLUMN address;',
    old: plain,
    new: harmless,
    rollback: 'impossible',
    sqlState: '1054',
    line: 1,
  },
  {
    what: 'a required column without a default',
    up: "ALTER TABLE customers ADD phone varchar(20);\nUPDATE customers SET phone = '-';\nALTER TABLE customers MODIFY phone varchar(20) NOT NULL;",
    old: plain,
    new: harmless,
    rollback: 'impossible',
    sqlState: '1364',
    line: 3,
  },
  {
    what: 'a changed type that the old release writes otherwise',
    up: 'UPDATE orders SET total = 1;\nALTER TABLE orders MODIFY total tinyint NOT NULL DEFAULT 0;',
    old: { ...ordering, WRITE: 'INSERT INTO orders (customer_id, total) VALUES (1, 1200)' },
    new: harmless,
    rollback: 'impossible',
    sqlState: '1264',
    line: 2,
  },
  {
    what: 'a new unique constraint that a repeated write breaks',
    up: 'DELETE FROM orders;\nDELETE FROM customers;\nALTER TABLE customers ADD UNIQUE (email);',
    old: plain,
    new: harmless,
    rollback: 'impossible',
    sqlState: '1062',
  },
  {
    what: 'an enum value that is taken away',
    up: "UPDATE orders SET state = 'open';\nALTER TABLE orders MODIFY state enum('open', 'done') NOT NULL DEFAULT 'open';",
    old: { ...ordering, WRITE: "INSERT INTO orders (customer_id, state) VALUES (1, 'paid')" },
    new: harmless,
    rollback: 'impossible',
    sqlState: '1265',
    line: 2,
  },
  {
    what: 'a view that loses a column',
    up: "CREATE OR REPLACE VIEW open_orders AS SELECT id FROM orders WHERE state = 'open';",
    old: { ...plain, READ: 'SELECT id, total FROM open_orders' },
    new: harmless,
    rollback: 'impossible',
    sqlState: '1054',
    line: 1,
  },
  {
    what: 'a trigger that refuses what the old release writes',
    up: `DELIMITER //
CREATE TRIGGER guarded BEFORE INSERT ON customers FOR EACH ROW
BEGIN IF NEW.address IS NULL THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an address is needed'; END IF; END//
DELIMITER ;`,
    old: plain,
    new: harmless,
    // The log of the server has the SIGNAL, under the name of who made the trigger, and not the query behind it.
    rollback: 'impossible',
  },
  {
    what: 'a default that is dropped under an old insert',
    up: 'ALTER TABLE orders ALTER total DROP DEFAULT;',
    old: ordering,
    new: harmless,
    rollback: 'impossible',
    sqlState: '1364',
    line: 1,
  },
  {
    what: 'a table that is split while the old columns stay',
    up: 'CREATE TABLE addresses (customer_id int PRIMARY KEY, address varchar(100));\nINSERT INTO addresses SELECT id, address FROM customers WHERE address IS NOT NULL;',
    old: plain,
    rollback: 'code-only',
  },
  {
    what: 'data that is rewritten within its meaning',
    up: 'UPDATE customers SET email = UPPER(email);',
    old: plain,
    rollback: 'code-only',
  },
];

describe.skipIf(missing(['mariadbd']) !== null)('on MariaDB', () => {
  beforeAll(async () => {
    here = await rehearseWorld('mariadb');
  });
  afterAll(async () => await here.world.remove());

  test.each(twelve)('$what: $rollback', async ({ up, old, new: next = old, rollback, sqlState, line }) => {
    const input = await here.input({ base, pending: { '0002_change.sql': up }, old, new: next });

    const result = await rehearse(input, here.ports);

    expect(result).toMatchObject({ rollback, sqlState: sqlState ?? null });
    if (line !== undefined) expect(result.guilty).toMatch(new RegExp(`^migrations/0002_change\\.sql:${line}:`));
  });
});
