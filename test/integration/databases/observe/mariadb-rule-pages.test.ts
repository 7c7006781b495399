import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ephemeralMariadb } from '../../../../src/databases/mariadb/ephemeral.ts';
import { observeMariadb } from '../../../../src/databases/observe/mariadb.ts';
import type { ThrowAwayServer } from '../../../../src/databases/observe/throw-away-server.ts';
import { classifyMariadb } from '../../../../src/domain/migration/classify/mariadb/classify.ts';
import { mariadbRulePage, mariadbRulesIndex } from '../../../../src/domain/migration/classify/mariadb/rule-page.ts';
import type { MariadbRule } from '../../../../src/domain/migration/classify/mariadb/rule.ts';
import { mariadbRules } from '../../../../src/domain/migration/classify/mariadb/rules.ts';
import { splitMariadb } from '../../../../src/domain/migration/classify/mariadb/split.ts';
import type { StatementResult } from '../../../../src/domain/migration/classify/result.ts';
import { missing, needs } from '../../../requirements.ts';
import { openTestWorld } from './world.ts';

const folder = join(import.meta.dirname, '../../../../docs/reference/migration-rules/mariadb');
/** FAIRWAY_WRITE_PAGES=1 writes the pages instead of comparing them. */
const writes = process.env['FAIRWAY_WRITE_PAGES'] === '1';

describe('the rules for MariaDB', () => {
  const { world, place, remove } = openTestWorld();
  let server: ThrowAwayServer;
  const isHere = missing(['mariadbd']) === null;
  const test = needs('mariadbd');
  let made = 0;

  beforeAll(async () => {
    if (!isHere) return;
    server = await ephemeralMariadb(place, world);
    await server.create('scratch');
  });
  afterAll(async () => {
    if (isHere) await server.stop();
    remove();
  });

  for (const rule of mariadbRules) {
    test(`the page of ${rule.id} says what a server shows`, async () => {
      const { page, safer } = await shownBy(rule);

      expect(page).toBe(committed(`${rule.id}.md`, page));
      expect(['safe', 'review', undefined]).toContain(safer?.class);
    });
  }

  test('the list of rules for MariaDB is complete, and no page is left over', () => {
    const page = mariadbRulesIndex(mariadbRules);

    expect(page).toBe(committed('README.md', page));
    expect(readdirSync(folder).toSorted()).toEqual(
      ['README.md', ...mariadbRules.map(({ id }) => `${id}.md`)].toSorted(),
    );
  });

  /** Run the example, then its safer form on a fresh copy. */
  async function shownBy(
    rule: MariadbRule,
  ): Promise<{ readonly page: string; readonly safer: StatementResult | null }> {
    const { given, sql, safer: text } = rule.example;
    const shown = await last(given, sql);
    expect(shown.rules).toContain(rule.id);
    const safer = text === undefined ? null : await last(given, text);
    return { page: mariadbRulePage(rule, { server: '10.11', shown, safer }), safer };
  }

  async function last(given: string, sql: string): Promise<StatementResult> {
    made += 1;
    const database = `page_${made}`;
    await server.create(database);
    const connect = async () =>
      await world.sql.connect(server.url(database, 'page'), { timeoutMs: 5_000, applicationName: 'page' });
    const connection = await connect();
    for (const one of splitMariadb('given.sql', given)) await connection.query(one.sql);
    await connection.close();
    const statements = splitMariadb('migration.sql', sql);
    const options = { statementTimeoutMs: 20_000, scratch: 'scratch' };
    const observations = await observeMariadb([statements], options, connect, world.clock);
    const judged = classifyMariadb(
      [{ phase: 'expand', statements }],
      { server: '10.11', observations },
      { budgetMs: 60_000, target: new Map() },
    );
    const result = judged.statements.at(-1);
    if (result === undefined) throw new Error('the example holds no statement');
    return result;
  }
});

function committed(name: string, page: string): string {
  if (writes) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), page);
  }
  return readFileSync(join(folder, name), 'utf8');
}
