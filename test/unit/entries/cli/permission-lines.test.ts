import { expect, test } from 'vitest';
import { permissionLines } from '../../../../src/entries/cli/permission-lines.ts';

const blockOf = (command: string, release: Parameters<typeof permissionLines>[0]): readonly string[] => {
  const lines = permissionLines(release);
  const at = lines.findIndex((line) => line.startsWith('# ') && line.slice(2).split(', ').includes(command));
  const end = lines.indexOf('', at);
  return lines.slice(at + 2, end === -1 ? undefined : end);
};
const nothing = { comments: false, labels: [], followers: [] };

test('a release asks for no more than its tag, until the configuration wants comments, labels or followers', () => {
  expect(blockOf('release', nothing)).toEqual(['  contents: write']);
  expect(blockOf('release', { ...nothing, labels: ['released'] })).toEqual([
    '  contents: write',
    '  issues: write',
    '  pull-requests: write',
  ]);
  expect(blockOf('ship', { ...nothing, followers: ['docs.yml'] })).toContain('  actions: write');
});

test('what only a report asks for says so', () => {
  expect(blockOf('classify', nothing)).toEqual([
    '  contents: read',
    '  pull-requests: write # for the comment on pull requests',
    '  security-events: write # with report: code-scanning',
  ]);
});
