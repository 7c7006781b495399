import { readDocument } from '../../documents.ts';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Classification } from '../../../src/domain/migration/classify/result.ts';
import { type Ended, root, run, source } from './fairway.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-classify-'));
  mkdirSync(join(folder, 'migrations'));
  write('0001_books.sql', 'CREATE TABLE books (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pages integer);');
  write('0002_index.sql', '-- why\nCREATE INDEX books_pages ON books (pages);');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('in a folder without a fairway.yml, a dangerous migration is exit code 3 with the safe form', async () => {
  const ended = await fairway(
    'classify',
    'migrations/0002_index.sql',
    '--database',
    'postgres',
    '--json',
    '--sarif',
    'found.sarif',
  );
  const result = resultOf(ended);
  const [statement] = result.statements;

  expect(ended.code).toBe(3);
  expect(result).toMatchObject({ class: 'dangerous', mode: 'observed', engine: 'postgres' });
  expect(statement).toMatchObject({
    file: 'migrations/0002_index.sql',
    line: 2,
    class: 'dangerous',
    lock: 'SHARE',
    relations: ['books'],
    blocks: ['insert', 'update', 'delete'],
    scan: true,
    rewrite: false,
    drops: [],
    safer: '-- fairway: no-transaction\nCREATE INDEX CONCURRENTLY books_pages ON books (pages);\n',
  });
  expect(JSON.parse(readFileSync(join(folder, 'found.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
  expect(ended.stderr).toContain('CREATE INDEX CONCURRENTLY');
});

test('--static starts no server and says so; --fail-on never ends with 0', async () => {
  const ended = await fairway(
    'classify',
    'migrations',
    '--database',
    'postgres',
    '--static',
    '--fail-on',
    'never',
    '--json',
  );
  const result = resultOf(ended);

  expect(ended.code).toBe(0);
  expect(result).toMatchObject({ mode: 'static', server: null });
  expect(existsSync(join(folder, '.cache/fairway/postgres'))).toBe(false);
});

test('*.sql as a shell gives it: the up scripts in their order, all of them watched, the down scripts left out', async () => {
  const shop = resolve('examples/shop/migrations');
  const named = readdirSync(shop)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => join(shop, name));
  const ended = await fairway('classify', ...named, '--database', 'postgres', '--json');
  const classes = resultOf(ended).statements.map((one) => [basename(one.file), one.class]);

  expect(ended.code).toBe(0);
  expect(classes).toEqual([
    ['0001_products.sql', 'safe'],
    ['0001_products.sql', 'safe'],
    ['0002_orders.sql', 'safe'],
    ['0002_orders.sql', 'safe'],
    ['0002_orders.sql', 'safe'],
  ]);
  expect(ended.stderr).toContain('0001_products.down.sql');
});

test('--down watches the down scripts on the schema that they undo, the newest first', async () => {
  write('0001_books.down.sql', 'DROP TABLE books;');
  write('0002_index.down.sql', 'DROP INDEX books_pages;');
  const ended = await fairway('classify', 'migrations', '--down', '--database', 'postgres', '--json');

  expect(ended.code).toBe(3);
  expect(resultOf(ended).statements.map((one) => [one.file, one.drops])).toEqual([
    ['migrations/0002_index.down.sql', ['index books_pages']],
    ['migrations/0001_books.down.sql', ['table books']],
  ]);
});

test('what a migration command of any kind sends is watched, in its own transactions', async () => {
  writeFileSync(
    join(folder, 'migrate.mjs'),
    `import { createRequire } from 'node:module';
const { Client } = createRequire(${JSON.stringify(join(root, 'package.json'))})('pg');
const client = new Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('SELECT version FROM versions').catch(() => client.query('CREATE TABLE versions (version text)'));
await client.query('BEGIN');
await client.query('ALTER TABLE books ADD COLUMN isbn text');
await client.query('INSERT INTO versions VALUES ($1)', ["it's 2"]);
await client.query('COMMIT');
await client.query('CREATE INDEX CONCURRENTLY books_isbn ON books (isbn)');
await client.query('ALTER TABLE books ALTER COLUMN pages TYPE bigint');
await client.end();
`,
  );
  const command = `"${process.execPath}" migrate.mjs`;
  const ended = await fairway(
    'classify',
    '--from-command',
    command,
    '--schema',
    'migrations/0001_books.sql',
    '--database',
    'postgres',
    '--json',
  );
  const { statements } = resultOf(ended);

  expect(ended.code).toBe(3);
  expect(statements.map((one) => [one.file, one.line, one.sql, one.class])).toEqual([
    [command, 1, 'CREATE TABLE versions (version text)', 'safe'],
    [command, 2, 'BEGIN', 'safe'],
    [command, 3, 'ALTER TABLE books ADD COLUMN isbn text', 'safe'],
    [command, 4, "INSERT INTO versions VALUES ('it''s 2')", 'safe'],
    [command, 5, 'COMMIT', 'safe'],
    [command, 6, 'CREATE INDEX CONCURRENTLY books_isbn ON books (isbn)', 'safe'],
    [command, 7, 'ALTER TABLE books ALTER COLUMN pages TYPE bigint', 'dangerous'],
  ]);
  expect(statements.at(-1)).toMatchObject({ rewrite: true, lock: 'ACCESS EXCLUSIVE' });
});

test('in a job on GitHub each finding is an annotation at its line', async () => {
  const ended = await fairwayWith(
    { GITHUB_ACTIONS: 'true' },
    'classify',
    'migrations/0002_index.sql',
    '--database',
    'postgres',
    '--static',
  );

  expect(ended.stderr).toContain(
    '::error file=migrations/0002_index.sql,line=2,endLine=2,col=1,title=Migration%3A dangerous::',
  );
});

test('a server on another host is refused, and its password is not shown', async () => {
  const ended = await fairway(
    'classify',
    'migrations/0002_index.sql',
    '--database',
    'postgres',
    '--database-url',
    'postgres://app:geheim@db.example.org/shop',
  );

  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain('NOT_EPHEMERAL: db.example.org:5432/shop is on another host');
  expect(ended.stdout + ended.stderr).not.toContain('geheim');
});

test('plan expand-contract writes its files beside the original', async () => {
  write('0002_index.sql', 'ALTER TABLE books RENAME COLUMN pages TO page_count;');
  const ended = await fairway('plan', 'expand-contract', 'migrations/0002_index.sql', '--database', 'postgres');
  const contract = readFileSync(join(folder, 'migrations/0003_index_contract.sql'), 'utf8');

  expect(ended.code).toBe(0);
  expect(existsSync(join(folder, 'migrations/0002_index_expand.sql'))).toBe(true);
  expect(contract).toContain('-- fairway: contract\n');
  expect(contract).toContain('ALTER TABLE books DROP COLUMN pages;');
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, 'migrations', name), text);
}

async function fairway(...args: readonly string[]): Promise<Ended> {
  return await fairwayWith({}, ...args);
}

async function fairwayWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  return await run(source, args, { cwd: folder, env });
}

function resultOf({ stdout }: Ended): Classification {
  return readDocument(stdout).result as unknown as Classification;
}
