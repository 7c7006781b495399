import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ephemeralMariadb } from '../../../../src/databases/mariadb/ephemeral.ts';
import { observeMariadb } from '../../../../src/databases/observe/mariadb.ts';
import type { ThrowAwayServer } from '../../../../src/databases/observe/throw-away-server.ts';
import type { StatementResult } from '../../../../src/domain/migration/classify/result.ts';
import { splitMariadb } from '../../../../src/domain/migration/classify/mariadb/split.ts';
import { judgeMariadb } from '../../../../src/domain/migration/classify/mariadb/verdict.ts';
import type { SqlConnection } from '../../../../src/ports.ts';
import { alters, bookshop, shapes, type Shape } from '../../../fixtures/statements/mariadb.ts';
import { missing, needs } from '../../../requirements.ts';
import { openTestWorld } from './world.ts';

describe('MariaDB', () => {
  const { world, place, remove } = openTestWorld();
  let server: ThrowAwayServer;

  const isHere = missing(['mariadbd']) === null;
  const test = needs('mariadbd');

  beforeAll(async () => {
    if (!isHere) return;
    server = await ephemeralMariadb(place, world);
    await server.create('scratch');
  });
  afterAll(async () => {
    if (isHere) await server.stop();
    remove();
  });

  for (const one of alters) {
    test(`${one.name}, on four shapes of the table`, async () => {
      const shown: string[] = [];
      for (const shape of shapes) {
        const result = await classify(shape, one.sql);
        shown.push(`${result.algorithm ?? 'none'} ${result.lock ?? 'none'} ${result.class}`);
      }

      expect(shown).toEqual(one.shows);
    });
  }

  test('the statement comes back with what the server promised', async () => {
    const result = await classify('plain', 'ALTER TABLE books ADD INDEX books_pages (pages)');

    expect(result.safer).toBe('ALTER TABLE books ADD INDEX books_pages (pages), ALGORITHM=NOCOPY, LOCK=NONE;\n');
  });

  test('the promised statement fails on a table that has drifted, and blocks nobody', async () => {
    const { safer } = await classify('plain', 'ALTER TABLE books ADD COLUMN shelf int FIRST');
    const promised = (safer ?? '').replace(/;\s*$/, '');
    const drifted = await classify('virtual', promised);
    const connection = await fresh('virtual');
    const error: unknown = await connection.query(promised).catch((reason: unknown) => reason);
    await connection.close();

    expect(promised).toContain('ALGORITHM=INSTANT, LOCK=NONE');
    expect(String(error)).toMatch(/ALGORITHM=INSTANT is not supported/);
    expect(drifted.class).toBe('dangerous');
  });

  test('an INSTANT that makes the table anew is not believed', async () => {
    const result = await classify(
      'plain',
      'ALTER TABLE books DROP FOREIGN KEY books_author_fk; ALTER TABLE books ENGINE=Aria',
    );

    expect(result).toMatchObject({ algorithm: 'COPY', lock: 'SHARED', rewrite: true, class: 'dangerous' });
  });

  test('dropped and renamed columns are dangerous however quick they are', async () => {
    const dropped = await classify('plain', 'ALTER TABLE books DROP COLUMN subtitle');
    const renamed = await classify('plain', 'ALTER TABLE books RENAME COLUMN pages TO page_count');

    expect(dropped).toMatchObject({ algorithm: 'INSTANT', class: 'dangerous', drops: ['column books.subtitle'] });
    expect(renamed.reason).toBe('Renames column books.pages to books.page_count.');
  });

  test('an UPDATE that an index serves is safe, one that reads the whole table is not', async () => {
    const served = await classify('plain', "UPDATE books SET place = 'back' WHERE id = 1");
    const whole = await classify('plain', "UPDATE books SET place = 'back' WHERE pages > 5");

    const all = await classify('plain', 'DELETE FROM books');

    expect(served.class).toBe('safe');
    expect(all.class).toBe('dangerous');
    expect(whole).toMatchObject({ class: 'dangerous', rules: ['whole-table-write'] });
  });

  async function classify(shape: Shape, sql: string): Promise<StatementResult> {
    const connection = await fresh(shape);
    await connection.close();
    const statements = splitMariadb('migration.sql', sql);
    const options = { statementTimeoutMs: 20_000, scratch: 'scratch' };
    const [observations = []] = await observeMariadb([statements], options, connect, world.clock);
    const statement = statements.at(-1);
    const observation = observations.at(-1);
    if (statement === undefined || observation === undefined) throw new Error('nothing was observed');
    return judgeMariadb(statement, observation, { phase: 'expand', budgetMs: 60_000, target: new Map() });
  }

  async function fresh(shape: Shape): Promise<SqlConnection> {
    await server.drop('shop');
    await server.create('shop');
    const connection = await connect();
    for (const sql of bookshop(shape)) await connection.query(sql);
    return connection;
  }

  async function connect(): Promise<SqlConnection> {
    return await world.sql.connect(server.url('shop', 'test'), { timeoutMs: 5_000, applicationName: 'test' });
  }
});
