import { expect, test } from 'vitest';
import { compareLatest } from '../../../../src/domain/migration/latest.ts';
import type { AppliedMigration, Migration } from '../../../../src/domain/migration/migration.ts';

const script = { path: 'npm run migrate', text: '', firstLine: 1, noTransaction: true, isProgram: true as const };
const tree = (version: string): Migration => ({ version, name: 'c1', checksum: version, up: script, down: null });
const applied = (version: string, day: number, isOpen = false): AppliedMigration => ({
  version,
  name: `commit${day}`,
  checksum: version,
  appliedAt: `2026-01-0${day}T00:00:00.000Z`,
  durationMs: 1,
  unfinished: isOpen ? { statementsDone: 0, doneChecksum: '', inDoubt: false } : null,
});
const compare = (version: string, rows: readonly AppliedMigration[]) =>
  compareLatest({ migrations: [tree(version)], problems: [] }, rows);

test('a tree is pending when the database was last migrated with other files', () => {
  expect(compare('aa', []).pending).toHaveLength(1);
  expect(compare('bb', [applied('aa', 1)])).toMatchObject({ pending: [{ begun: null }], problems: [] });
  expect(compare('bb', [applied('aa', 1), applied('bb', 2)]).pending).toEqual([]);
});

test('an attempt that did not end is pending, and known to have been begun', () => {
  const { pending } = compare('bb', [applied('aa', 1), applied('bb', 2, true)]);

  expect(pending).toMatchObject([{ begun: { version: 'bb' } }]);
});

test('a tree of before is an error that names the commit which is missing from it', () => {
  const { problems } = compare('aa', [applied('aa', 1), applied('bb', 2)]);

  expect(problems).toMatchObject([{ severity: 'error', code: 'MIGRATION_MISSING' }]);
  expect(problems[0]?.message).toContain('commit commit2 was applied on 2026-01-02');
});
