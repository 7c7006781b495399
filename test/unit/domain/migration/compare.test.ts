import { expect, test } from 'vitest';
import { compareMigrations } from '../../../../src/domain/migration/compare.ts';
import type { AppliedMigration, Migration } from '../../../../src/domain/migration/migration.ts';

const migration = (version: string, checksum = `sum${version}`): Migration => ({
  version,
  name: 'x',
  checksum,
  up: { path: `migrations/${version}_x.sql`, text: 'SELECT 1', firstLine: 1, noTransaction: false },
  down: null,
});

const applied = (version: string, checksum = `sum${version}`): AppliedMigration => ({
  version,
  name: 'x',
  checksum,
  appliedAt: '2026-01-14T09:30:00.000Z',
  durationMs: 12,
  unfinished: null,
});

const compare = (tree: readonly Migration[], database: readonly AppliedMigration[]) =>
  compareMigrations({ migrations: tree, problems: [] }, database);

test('what the database does not have is pending, in order', () => {
  const plan = compare([migration('0001'), migration('0002'), migration('0003')], [applied('0001')]);
  expect(plan.pending.map(({ migration: { version } }) => version)).toEqual(['0002', '0003']);
  expect(plan.problems).toEqual([]);
});

test('a file that was edited after it was applied is told with its date', () => {
  const { problems } = compare([migration('0001', 'new')], [applied('0001')]);
  expect(problems).toMatchObject([{ severity: 'error', code: 'MIGRATION_EDITED', path: 'migrations/0001_x.sql' }]);
  expect(problems[0]?.message).toContain('2026-01-14T09:30:00.000Z');
});

test('a file that is gone though it was applied is an error', () => {
  const { problems } = compare([migration('0001')], [applied('0001'), applied('0002')]);
  expect(problems).toMatchObject([{ severity: 'error', code: 'MIGRATION_MISSING', path: '0002_x' }]);
});

test('a new file below the highest applied version is an error', () => {
  const { problems } = compare(
    [migration('0001'), migration('0002'), migration('0003')],
    [applied('0001'), applied('0003')],
  );
  expect(problems).toMatchObject([{ code: 'MIGRATION_OUT_OF_ORDER', path: 'migrations/0002_x.sql' }]);
});

test('a migration that was begun and not ended is pending with what it had done', () => {
  const begun = { ...applied('0002'), unfinished: { statementsDone: 1, doneChecksum: 'd', inDoubt: false } };
  const plan = compare([migration('0001'), migration('0002')], [applied('0001'), begun]);
  expect(plan.pending).toMatchObject([
    { migration: { version: '0002' }, begun: { unfinished: { statementsDone: 1 } } },
  ]);
  expect(plan.problems).toEqual([]);
});
