import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../../src/adapters/sql/libpg-query.ts';
import type { Rule } from '../../../../src/domain/migration/classify/rule.ts';
import { rulePage, rulesIndex } from '../../../../src/domain/migration/classify/rule-page.ts';
import { rules } from '../../../../src/domain/migration/classify/rules/index.ts';
import type { PostgresParser } from '../../../../src/domain/migration/classify/statement.ts';
import { watch } from './classify.ts';
import { startPostgres, type TestServer } from './server.ts';

const folder = join(import.meta.dirname, '../../../../docs/reference/migration-rules');
/** FAIRWAY_WRITE_PAGES=1 writes the pages instead of comparing them. */
const writes = process.env['FAIRWAY_WRITE_PAGES'] === '1';

let server: TestServer;
let parser: PostgresParser;

beforeAll(async () => {
  [server, parser] = await Promise.all([startPostgres(18), loadPostgresParser()]);
});
afterAll(() => server.stop());

test.each(rules.map((rule) => [rule.id, rule] as const))(
  'the page of %s says what a server shows',
  async (_id, rule) => {
    const { page, classes } = await shownBy(rule);

    expect(page).toBe(committed(`${rule.id}.md`, page));
    expect(classes.filter((one) => one !== 'safe')).toEqual([]);
  },
);

test('the list of rules is complete, and no page is left over', () => {
  const page = rulesIndex(rules);

  expect(page).toBe(committed('README.md', page));
  expect(readdirSync(folder).toSorted()).toEqual(
    ['README.md', 'mariadb', ...rules.map((rule) => `${rule.id}.md`)].toSorted(),
  );
});

/** Run the example, then its safer form on a fresh copy. */
async function shownBy(rule: Rule): Promise<{ readonly page: string; readonly classes: readonly string[] }> {
  const { given, sql, wrapping } = rule.example;
  const { statements } = await watch(sql, { given, wrapping }, server, parser);
  const shown = statements.at(-1);
  if (shown === undefined) throw new Error('the example holds no statement');
  expect(shown.rules).toContain(rule.id);
  const earlier = statements.slice(0, -1).map((one) => one.sql);
  const safer =
    shown.safer === null
      ? []
      : (await watch(shown.safer, { given: [given, ...earlier].join(';\n'), wrapping: 'none' }, server, parser))
          .statements;
  return { page: rulePage(rule, { server: '18', shown, safer }), classes: safer.map((one) => one.class) };
}

function committed(name: string, page: string): string {
  if (writes) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), page);
  }
  return readFileSync(join(folder, name), 'utf8');
}
