import { expect, test } from 'vitest';
import { decide } from '../../../../src/domain/release/decide.ts';
import { notesSections } from '../../../../src/domain/release/notes.ts';
import { defaultSettings } from '../../../fakes/history.ts';
import history from '../../../fixtures/release/own-history.json' with { type: 'json' };

test('a real history is grouped as conventional-changelog groups it', () => {
  const commits = history.commits.map(({ sha, message }, at) => ({
    sha,
    message,
    parents: history.commits.slice(at + 1, at + 2).map((parent) => parent.sha),
    authorName: 'a',
    committedAt: new Date(Date.UTC(2026, 0, 1) - at * 60_000).toISOString(),
  }));
  const head = commits[0]?.sha ?? '';

  const decision = decide({ head, branch: 'main', commits, tags: [] }, defaultSettings);
  const { sections } = notesSections(decision.commits, { format: 'conventional', links: null });

  const ours = Object.fromEntries(
    sections.map(({ title, items }) => [
      title,
      items.flatMap((item) => /\(([0-9a-f]{7})\b/.exec(item)?.[1] ?? []).toSorted(),
    ]),
  );
  const theirs = Object.fromEntries(
    Object.entries(history.groups).map(([title, shas]) => [title, shas.map((sha) => sha.slice(0, 7)).toSorted()]),
  );
  expect(Object.values(theirs).flat().length).toBeGreaterThan(100);
  expect(ours).toEqual(theirs);
});
