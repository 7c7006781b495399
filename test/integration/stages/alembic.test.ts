import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { mariadbDialect, postgresDialect } from '../../../src/domain/migration/dialect.ts';
import { ephemeralMariadb } from '../../../src/databases/mariadb/ephemeral.ts';
import type { EphemeralServer } from '../../../src/databases/database.ts';
import { migrateApply, migrateStatus } from '../../../src/stages/migrate.ts';
import { migrateDown } from '../../../src/stages/migrate-down.ts';
import type { ApplyInput } from '../../../src/stages/migrate/input.ts';
import { rehearse } from '../../../src/stages/rehearse.ts';
import { needs } from '../../requirements.ts';
import { alembic, alembicSet, first, revision, second } from './alembic-world.ts';
import { toolPorts } from './command-world.ts';
import { type MigrateWorld, migrateWorld } from './migrate-world.ts';
import { rehearseWorld } from './rehearse-world.ts';

const test = needs('alembic');
let here: MigrateWorld;
let ports: ReturnType<typeof toolPorts>;
let mariadb: EphemeralServer | null = null;

beforeAll(async () => {
  here = await migrateWorld();
  ports = toolPorts(here.world);
});
afterAll(async () => {
  await mariadb?.stop();
  await here.end();
});

const books = { 'aaaa11112222_books.py': first };
const pages = { ...books, 'bbbb11112222_pages.py': second };

async function input(
  url: string,
  revisions: Readonly<Record<string, string>>,
  dialect = postgresDialect,
): Promise<ApplyInput> {
  const tool = alembic(ports);
  return {
    url,
    tool,
    dialect,
    set: await alembicSet(here.world, tool, dialect, revisions),
    table: 'fairway_migrations',
    runId: 'run-1',
    lockTimeoutMs: 1_000,
    statementTimeoutMs: 20_000,
    lockWaitMs: 10_000,
  };
}

test('revisions go up one by one and down again through the real Alembic, and its table says where a database is', async () => {
  const { url, ask } = await here.database();
  const up = await migrateApply(await input(url, pages), here.ports);
  const [at] = await ask('SELECT version_num FROM alembic_version');
  const down = await migrateDown({ ...(await input(url, pages)), count: 1 }, here.ports);
  const status = await migrateStatus(await input(url, pages), here.ports);

  expect(up).toMatchObject({ kind: 'done', applied: [{ version: 'aaaa11112222', name: 'books' }, { name: 'pages' }] });
  expect(at).toEqual({ version_num: 'bbbb11112222' });
  expect(down).toMatchObject({ kind: 'done', applied: [{ name: 'pages' }] });
  expect(status.pending).toEqual(['bbbb11112222_pages']);
  expect(status.applied.map(({ name }) => name)).toEqual(['books']);
  expect(ports.shown.join('\n')).not.toContain('postgresql+psycopg://');
});

test('on MariaDB the same', async () => {
  mariadb = await ephemeralMariadb(here.world.context, here.world.ports);
  await mariadb.create('shop');
  const url = mariadb.url('shop', 'fairway', 'owner');
  const up = await migrateApply(await input(url, pages, mariadbDialect), here.ports);
  const down = await migrateDown({ ...(await input(url, pages, mariadbDialect)), count: 2 }, here.ports);
  const status = await migrateStatus(await input(url, pages, mariadbDialect), here.ports);

  expect(up).toMatchObject({ kind: 'done', applied: [{ name: 'books' }, { name: 'pages' }] });
  expect(down).toMatchObject({ kind: 'done', applied: [{ name: 'pages' }, { name: 'books' }] });
  expect(status.pending).toHaveLength(2);
});

test('two heads are refused before anything is touched, both named, with the command that joins them', async () => {
  const { url } = await here.database();
  const other = revision('cccc11112222', 'aaaa11112222', ["op.execute('SELECT 1')"]);
  const two = { ...pages, 'cccc11112222_other.py': other };
  const merged = {
    ...two,
    'dddd11112222_merge.py': revision('dddd11112222', ['bbbb11112222', 'cccc11112222'], ['pass']),
  };

  await expect(migrateApply(await input(url, two), here.ports)).rejects.toMatchObject({
    code: 'MIGRATION_HEADS',
    message:
      'there are 2 heads, and there must be one: bbbb11112222 (alembic/versions/bbbb11112222_pages.py), cccc11112222 (alembic/versions/cccc11112222_other.py)',
    hint: 'join them: alembic merge -m "merge heads" bbbb11112222 cccc11112222',
  });
  expect(await migrateApply(await input(url, merged), here.ports)).toMatchObject({
    kind: 'done',
    applied: { length: 4 },
  });
});

test('what was applied by hand counts, what nobody knows is an error, and so is an edited file', async () => {
  const { url, ask } = await here.database();
  await migrateApply(await input(url, books), here.ports);
  await ask('DROP TABLE fairway_migrations');
  const byHand = await migrateStatus(await input(url, pages), here.ports);
  await migrateApply(await input(url, pages), here.ports);
  const edited = await migrateStatus(
    await input(url, { ...pages, 'bbbb11112222_pages.py': `${second}# more\n` }),
    here.ports,
  );
  const missing = await migrateStatus(await input(url, books), here.ports);

  expect(byHand.pending).toEqual(['bbbb11112222_pages']);
  expect(edited.problems).toMatchObject([{ code: 'MIGRATION_EDITED' }]);
  expect(missing.problems).toMatchObject([{ code: 'MIGRATION_MISSING' }]);
});

test('a revision that fails is told with its line and the words of the server, and leaves nothing behind', async () => {
  const { url, ask } = await here.database();
  const broken = revision('bbbb11112222', 'aaaa11112222', [
    "op.add_column('books', sa.Column('pages', sa.Integer))",
    "op.execute('ALTER TABLE boks ADD x int')",
  ]);
  const result = await migrateApply(await input(url, { ...books, 'bbbb11112222_pages.py': broken }), here.ports);

  expect(result).toMatchObject({
    kind: 'failed',
    applied: [{ name: 'books' }],
    failed: { stands: 'as-before', failure: { place: { path: 'alembic/versions/bbbb11112222_pages.py', line: 18 } } },
  });
  expect(result.kind === 'failed' && result.failed.message).toContain('relation "boks" does not exist');
  await expect(ask('SELECT pages FROM books')).rejects.toThrow('pages');
});

test('a password with quotes, blanks and % passes through the configuration of Alembic', async () => {
  const password = `it's "50%" of @/:?# `;
  const database = await here.database();
  await here.server.create('awkward');
  const options = { timeoutMs: 5_000, applicationName: 'test' };
  const admin = await here.ports.sql.connect(here.server.url('awkward', 'test'), options);
  await admin.query(`CREATE ROLE awkward LOGIN SUPERUSER PASSWORD '${password.replaceAll("'", "''")}'`);
  await admin.close();
  const url = new URL(database.url);
  url.username = 'awkward';
  url.password = encodeURIComponent(password);
  url.pathname = '/awkward';
  const result = await migrateApply(await input(url.href, books), here.ports);

  expect(result).toMatchObject({ kind: 'done', applied: [{ name: 'books' }] });
  expect(ports.hidden).toContain(password);
});

test('an env.py that connects elsewhere is found out', async () => {
  const { url } = await here.database();
  const elsewhere = await here.database();
  const wrong = await input(url, books);
  const other = new URL(elsewhere.url);
  await writeFile(
    `${wrong.set.tree ?? ''}/alembic/env.py`,
    `from alembic import context
from sqlalchemy import create_engine
with create_engine("${other.href.replace(/^[^:]+/, 'postgresql+psycopg')}").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`,
  );
  const result = await migrateApply(wrong, here.ports);

  expect(result).toMatchObject({ kind: 'failed', touched: false });
  expect(result.kind === 'failed' && result.failed.message).toContain('it changed another one, or none');
});

test('a rehearsal with Alembic on both sides proves the way back', async () => {
  const world = await rehearseWorld();
  try {
    const release = {
      READ: 'SELECT id, title FROM books',
      WRITE: "INSERT INTO books (id, title) VALUES (1, 'Emma') ON CONFLICT DO NOTHING",
    };
    const plain = await world.input({ base: {}, pending: {}, old: release, new: release });
    const tool = alembic(toolPorts(world.world));
    if (plain.migrations === null) throw new Error('no migrations');
    const set = await alembicSet(world.world, tool, postgresDialect, pages);
    const [one] = set.migrations;
    if (one === undefined) throw new Error('no revision');
    const applied = [{ ...one, appliedAt: '2026-01-14T09:30:00.000Z', durationMs: 1, unfinished: null }];
    const result = await rehearse({ ...plain, migrations: { ...plain.migrations, tool, set }, applied }, world.ports);

    expect(result).toMatchObject({ rollback: 'proven', migrations: [{ name: 'pages' }] });
  } finally {
    await world.world.remove();
  }
});
