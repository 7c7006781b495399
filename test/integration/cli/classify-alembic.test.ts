import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Classification } from '../../../src/domain/migration/classify/result.ts';
import { needs } from '../../requirements.ts';
import { first, revision, second, toolPath, writeProject } from '../stages/alembic-world.ts';
import { type Ended, run, source } from './fairway.ts';

const test = needs('alembic', 'mariadbd');
let folder: string;

const index = revision('cccc11112222', 'bbbb11112222', ["op.create_index('books_pages', 'books', ['pages'])"]);
const wide = revision('dddd11112222', 'cccc11112222', [
  "op.alter_column('books', 'pages', type_=sa.BigInteger, existing_type=sa.Integer)",
]);
const revisions = {
  'aaaa11112222_books.py': first,
  'bbbb11112222_pages.py': second,
  'cccc11112222_index.py': index,
  'dddd11112222_wide.py': wide,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-alembic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

for (const [engine, lock, kind] of [
  ['postgres', 'SHARE', 'dangerous'],
  ['mariadb', 'NONE', 'review'],
] as const) {
  test(`a revision is classified on ${engine} from the SQL that Alembic writes, after those before it`, async () => {
    await writeProject(folder, engine, revisions);
    const ended = await fairway('alembic/versions/cccc11112222_index.py', '--database', engine);
    const { statements } = resultOf(ended);

    expect(statements[0]?.lock).toBe(lock);
    expect(statements.map((one) => [one.file, one.line, one.sql, one.class])).toMatchObject([
      ['alembic/versions/cccc11112222_index.py', 16, 'CREATE INDEX books_pages ON books (pages)', kind],
      [
        'alembic/versions/cccc11112222_index.py',
        16,
        expect.stringContaining('UPDATE alembic_version') as unknown,
        'safe',
      ],
    ]);
  });
}

test('alembic.ini stands for all revisions; one that asks the database cannot be read offline, and the way around is named', async () => {
  await writeProject(folder, 'postgres', revisions);
  const all = await fairway('alembic.ini', '--database', 'postgres', '--fail-on', 'never');
  await writeProject(folder, 'postgres', {
    'eeee11112222_asks.py': revision('eeee11112222', 'dddd11112222', [
      "op.get_bind().execute(sa.text('SELECT 1')).scalar_one()",
    ]),
  });
  const asks = await fairway('alembic.ini', '--database', 'postgres');

  expect(new Set(resultOf(all).statements.map(({ file }) => file)).size).toBe(4);
  expect(asks.code).toBe(3);
  expect(asks.stderr).toContain('ALEMBIC_OFFLINE');
  expect(asks.stderr).toContain('--from-command "alembic upgrade head"');
});

async function fairway(...args: readonly string[]): Promise<Ended> {
  return await run(source, ['classify', ...args, '--json'], {
    cwd: folder,
    env: { PATH: toolPath },
    timeoutMs: 110_000,
  });
}

function resultOf({ stdout }: Ended): Classification {
  return (JSON.parse(stdout) as { readonly result: Classification }).result;
}
