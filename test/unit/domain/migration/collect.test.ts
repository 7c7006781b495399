import { expect, test } from 'vitest';
import { collectMigrations } from '../../../../src/domain/migration/collect.ts';
import { postgresDialect } from '../../../../src/domain/migration/dialect.ts';
import { placeOf } from '../../../../src/domain/migration/script.ts';

const collect = (files: Readonly<Record<string, string>>) =>
  collectMigrations(
    Object.entries(files).map(([name, text]) => ({ path: `migrations/${name}`, text })),
    postgresDialect,
  );

test('numbered files are applied in the order of their numbers, each with its down beside it', async () => {
  const { migrations, problems } = await collect({
    '0010_c.sql': 'SELECT 10',
    '0009_b.sql': 'SELECT 9',
    '0009_b.down.sql': 'SELECT -9',
    'README.md': 'not SQL',
  });
  expect(migrations.map(({ version, name, down }) => [version, name, down?.text ?? null])).toEqual([
    ['0009', 'b', 'SELECT -9'],
    ['0010', 'c', null],
  ]);
  expect(problems).toEqual([]);
});

test('the names of golang-migrate and Flyway are read too', async () => {
  const golang = await collect({ '1_a.up.sql': 'SELECT 1', '1_a.down.sql': 'SELECT -1' });
  expect(golang.migrations[0]).toMatchObject({ version: '1', name: 'a', down: { text: 'SELECT -1' } });
  const flyway = await collect({ 'V1.10__b.sql': 'SELECT 10', 'V1.9__a.sql': 'SELECT 9', 'U1.9__a.sql': 'SELECT -9' });
  expect(flyway.migrations.map(({ version, down }) => [version, down?.text])).toEqual([
    ['1.9', 'SELECT -9'],
    ['1.10', undefined],
  ]);
});

test('both sections of a dbmate file are found, with the lines of the file', async () => {
  const text = '-- migrate:up\nCREATE TABLE a ();\n\n-- migrate:down transaction:false\nDROP TABLE a;\n';
  const { migrations } = await collect({ '20260101120000_a.sql': text });
  const [migration] = migrations;
  if (migration === undefined || migration.down === null) throw new Error('no down');
  expect(migration.up.noTransaction).toBe(false);
  expect(migration.down.noTransaction).toBe(true);
  expect(placeOf(migration.down, migration.down.text.indexOf('DROP'))).toEqual({
    path: 'migrations/20260101120000_a.sql',
    line: 5,
    column: 1,
  });
});

test('line ends and a byte order mark change no checksum, a blank does', async () => {
  const checksum = async (text: string) => (await collect({ '1_a.sql': text })).migrations[0]?.checksum;
  const plain = await checksum('SELECT 1;\nSELECT 2;\n');
  expect(await checksum('\uFEFFSELECT 1;\r\nSELECT 2;\r\n')).toBe(plain);
  expect(await checksum('SELECT  1;\nSELECT 2;\n')).not.toBe(plain);
});

const codes = async (files: Readonly<Record<string, string>>) =>
  (await collect(files)).problems.map(({ severity, code, path }) => [severity, code, path]);

test('two files of one version are an error, also when one is written with zeros', async () => {
  expect(await codes({ '1_a.sql': 'SELECT 1', '0001_b.sql': 'SELECT 1' })).toEqual([
    ['error', 'MIGRATION_DUPLICATE', 'migrations/0001_b.sql'],
  ]);
});

test('a number that was left out is a warning, a time that was left out is none', async () => {
  expect(await codes({ '0001_a.sql': 'SELECT 1', '0004_b.sql': 'SELECT 1' })).toEqual([
    ['warning', 'MIGRATION_GAP', 'migrations/0004_b.sql'],
  ]);
  expect(await codes({ '20260101120000_a.sql': 'SELECT 1', '20260301120000_b.sql': 'SELECT 1' })).toEqual([]);
});

test.each([
  ['create.sql', 'SELECT 1', 'MIGRATION_NAME'],
  ["R__what's this.sql", 'SELECT 1', 'MIGRATION_NAME'],
  ['0002_a.down.sql', 'SELECT 1', 'MIGRATION_DOWN_ALONE'],
  ['0002_a.sql', '\\d t', 'MIGRATION_UNREADABLE'],
  ['0002_a.sql', "SELECT 'open", 'MIGRATION_UNREADABLE'],
])('%s with %j is an error', async (name, text, code) => {
  expect(await codes({ '0001_z.sql': 'SELECT 1', [name]: text })).toEqual([['error', code, `migrations/${name}`]]);
});

test('an empty file is a warning', async () => {
  expect(await codes({ '0001_a.sql': '-- later\n' })).toEqual([
    ['warning', 'MIGRATION_EMPTY', 'migrations/0001_a.sql'],
  ]);
});
