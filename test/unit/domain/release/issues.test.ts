import { expect, test } from 'vitest';
import { decide } from '../../../../src/domain/release/decide.ts';
import { releasedIssues } from '../../../../src/domain/release/issues.ts';
import { defaultSettings, historyBuilder, since100 } from '../../../fakes/history.ts';

const issuesOf = (...messages: readonly string[]) =>
  releasedIssues(decide(since100(...messages), defaultSettings).commits).toSorted((a, b) => a - b);

test.each([
  ['a squashed pull request', ['feat: a (#12)'], [12]],
  ['the issues that it closes', ['fix: a (#12)\n\nCloses #7, fixes #8'], [7, 8, 12]],
  ['nothing that is only mentioned', ['fix: a\n\nSee #7.\n\nRefs: #8'], []],
  ['nothing of another repository', ['fix: a\n\nCloses other/name#7'], []],
  ['nothing that changes nothing for users', ['docs: a (#12)'], []],
  ['each once', ['fix: a (#12)', 'fix: b (#12)'], [12]],
])('a release tells %s', (_, messages, expected) => {
  expect(issuesOf(...messages)).toEqual(expected);
});

test('a pull request that was merged counts by its title', () => {
  const builder = historyBuilder();
  const base = builder.commit('chore: begin');
  builder.tag('v1.0.0');
  builder.merge('Merge pull request #7 from x/y\n\nfeat: a', builder.beside('feat: a', base));
  builder.merge('Merge pull request #8 from x/z\n\ndocs: b', builder.beside('docs: b', base));
  builder.merge('feat: c (#9)', builder.beside('feat: c', base));

  expect(releasedIssues(decide(builder.history(), defaultSettings).commits).toSorted((a, b) => a - b)).toEqual([7, 9]);
});
