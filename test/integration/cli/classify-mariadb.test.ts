import { readDocument } from '../../documents.ts';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Classification } from '../../../src/domain/migration/classify/result.ts';
import { ephemeralMariadb } from '../../../src/databases/mariadb/ephemeral.ts';
import { databaseWorld } from '../databases/world.ts';
import { needs } from '../../requirements.ts';
import { type Ended, root, run, source } from './fairway.ts';

const test = needs('mariadbd');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-classify-'));
  mkdirSync(join(folder, 'migrations'));
  write('0001_books.sql', 'CREATE TABLE books (id int AUTO_INCREMENT PRIMARY KEY, pages int) ENGINE = InnoDB;');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what a command sends to MariaDB is classified, two sessions put in the order of their transactions', async () => {
  writeFileSync(
    join(folder, 'migrate.mjs'),
    `import { createRequire } from 'node:module';
const mysql = createRequire(${JSON.stringify(join(root, 'package.json'))})('mysql2/promise');
const connect = async () => await mysql.createConnection({ uri: process.env.DATABASE_URL, multipleStatements: true });
const [one, two] = [await connect(), await connect()];
await one.query('SELECT version FROM versions').catch(() => one.query('CREATE TABLE versions (version text)'));
await one.query('SET autocommit = 0');
await one.query('START TRANSACTION');
await one.query('INSERT INTO books (pages) VALUES (1)');
await two.query('ALTER TABLE versions ADD COLUMN note text; ALTER TABLE versions ADD COLUMN who text');
await one.execute('INSERT INTO versions (version) VALUES (?)', ["it's 2"]);
await one.query('COMMIT');
await two.query('ALTER TABLE books ADD COLUMN isbn varchar(20)');
await two.query('ALTER TABLE books MODIFY pages bigint');
await Promise.all([one.end(), two.end()]);
`,
  );
  const command = `"${process.execPath}" migrate.mjs`;
  const ended = await fairway('--from-command', command, '--schema', 'migrations/0001_books.sql');
  const { statements } = resultOf(ended);

  expect(ended.code).toBe(3);
  expect(statements.map((one) => [one.file, one.line, one.sql, one.class, one.algorithm, one.lock])).toEqual([
    [command, 1, 'CREATE TABLE versions (version text)', 'safe', null, null],
    [command, 2, 'ALTER TABLE versions ADD COLUMN note text', 'safe', null, null],
    [command, 3, 'ALTER TABLE versions ADD COLUMN who text', 'safe', null, null],
    [command, 4, 'INSERT INTO books (pages) VALUES (1)', 'safe', null, null],
    [command, 5, "INSERT INTO versions (version) VALUES ('it\\'s 2')", 'safe', null, null],
    [command, 6, 'ALTER TABLE books ADD COLUMN isbn varchar(20)', 'safe', 'INSTANT', 'NONE'],
    [command, 7, 'ALTER TABLE books MODIFY pages bigint', 'dangerous', 'COPY', 'SHARED'],
  ]);
  expect(statements[5]?.safer).toBe('ALTER TABLE books ADD COLUMN isbn varchar(20), ALGORITHM=INSTANT, LOCK=NONE;\n');
});

test('findings of MariaDB are in SARIF with what their rules say, and annotations of a job on GitHub', async () => {
  write('0002_pages.sql', '-- wider\nALTER TABLE books\n  MODIFY pages bigint;');
  const ended = await fairwayWith({ GITHUB_ACTIONS: 'true' }, 'migrations/0002_pages.sql', '--sarif', 'found.sarif');
  const found = JSON.parse(readFileSync(join(folder, 'found.sarif'), 'utf8')) as {
    readonly runs: readonly [
      { readonly tool: { readonly driver: { readonly rules: unknown } }; readonly results: unknown },
    ];
  };

  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain(
    '::error file=migrations/0002_pages.sql,line=2,endLine=3,col=1,title=Migration%3A dangerous::MariaDB accepts nothing kinder',
  );
  const region = { startLine: 2, endLine: 3 };
  expect(found.runs[0].results).toMatchObject([
    { ruleId: 'blocks-writers', level: 'error', locations: [{ physicalLocation: { region } }] },
    { ruleId: 'type-change', locations: [{ physicalLocation: { region } }] },
  ]);
  expect(found.runs[0].tool.driver.rules).toMatchObject([
    {
      id: 'blocks-writers',
      shortDescription: { text: 'Nobody can write to the table until the statement is done' },
      help: { text: expect.stringContaining('beside the old one') as unknown },
    },
    { id: 'type-change' },
  ]);
});

test('the schema and sizes of a database are read, and say how long writers would wait there', async () => {
  const world = await databaseWorld();
  const server = await ephemeralMariadb(world.context, world.ports);
  try {
    await server.create('shop');
    const url = server.url('shop', 'shop');
    const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    for (const statement of [
      'CREATE TABLE books (id int AUTO_INCREMENT PRIMARY KEY, pages int, title varchar(200)) ENGINE = InnoDB',
      "INSERT INTO books (pages, title) SELECT seq, REPEAT('x', 100) FROM seq_1_to_60000",
      'CREATE VIEW long_books AS SELECT id FROM books WHERE pages > 500',
      'CREATE VIEW a_longer AS SELECT id FROM long_books',
      'CREATE PROCEDURE tidy() BEGIN DELETE FROM books WHERE pages = 0; END',
      'CREATE TRIGGER books_pages BEFORE INSERT ON books FOR EACH ROW SET NEW.pages = COALESCE(NEW.pages, 0)',
      'ANALYZE TABLE books',
    ]) {
      await connection.query(statement);
    }
    write('0002_pages.sql', 'ALTER TABLE books MODIFY pages bigint;\nALTER TABLE books ADD isbn text;');
    const ended = await fairway('migrations/0002_pages.sql', '--database-url', url, '--budget', '1ms');
    const [modified, added] = resultOf(ended).statements;
    const [column] = await connection.query("SHOW COLUMNS FROM books LIKE 'pages'");
    await connection.close();

    expect(modified).toMatchObject({ class: 'dangerous', algorithm: 'COPY', lock: 'SHARED' });
    expect(modified?.rules).toContain('over-budget');
    expect(modified?.predictedMs).toBeGreaterThan(1);
    expect(added).toMatchObject({ class: 'safe', algorithm: 'INSTANT', predictedMs: null });
    expect(column?.['Type']).toBe('int(11)');
    expect(ended.stdout + ended.stderr).not.toContain(new URL(url).password);
  } finally {
    await server.stop();
    await world.remove();
  }
});

test('a schema dump or a folder of earlier migrations is the base on MariaDB too', async () => {
  writeFileSync(
    join(folder, 'schema.sql'),
    'CREATE TABLE books (id int PRIMARY KEY, pages int, FULLTEXT KEY t (title), title text);',
  );
  write('0002_title.sql', 'ALTER TABLE books ADD isbn varchar(20) AFTER id;');
  mkdirSync(join(folder, 'other'));
  writeFileSync(join(folder, 'other', '0009_title.sql'), 'ALTER TABLE books ADD isbn varchar(20) AFTER id;');
  const onDump = await fairway('migrations/0002_title.sql', '--schema', 'schema.sql');
  const onFolder = await fairway('other/0009_title.sql', '--from-migrations', 'migrations', '--fail-on', 'never');
  const [withIndex] = resultOf(onDump).statements;

  expect(withIndex).toMatchObject({ class: 'dangerous', lock: 'SHARED' });
  expect(resultOf(onFolder).statements[0]?.reason).toContain('Duplicate column');
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, 'migrations', name), text);
}

async function fairway(...args: readonly string[]): Promise<Ended> {
  return await fairwayWith({}, ...args);
}

async function fairwayWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  return await run(source, ['classify', ...args, '--database', 'mariadb', '--json'], {
    cwd: folder,
    env,
    timeoutMs: 110_000,
  });
}

function resultOf({ stdout }: Ended): Classification {
  return readDocument(stdout).result as unknown as Classification;
}
