import { describe, expect, test } from 'vitest';
import { decide } from '../../../../src/domain/release/decide.ts';
import { notesSections } from '../../../../src/domain/release/notes.ts';
import { allSections } from '../../../../src/domain/release/sections.ts';
import { defaultSettings, historyBuilder } from '../../../fakes/history.ts';

const options = { format: 'keep-a-changelog' as const, links: null };

/** `1.1.0 after v1.0.0: a, b`, newest first. */
function told(builder: ReturnType<typeof historyBuilder>, prereleases?: boolean): readonly string[] {
  return allSections(builder.history(), defaultSettings, { ...options, prereleases }).map(
    ({ version, previousTag, sections }) => {
      const items = sections.flatMap((section) => section.items.map((item) => item.slice(2).replace(/ \(.*$/, '')));
      return `${version} after ${previousTag ?? 'nothing'}: ${items.toSorted().join(', ')}`;
    },
  );
}

/** 1.0.0, two betas, 1.1.0, and a beta of what comes. */
function betas() {
  const builder = historyBuilder();
  builder.commit('feat: first');
  builder.tag('v1.0.0');
  builder.commit('feat: a');
  builder.tag('v1.1.0-beta.1');
  builder.commit('fix: b');
  builder.tag('v1.1.0-beta.2');
  builder.commit('fix: c');
  builder.tag('v1.1.0');
  builder.commit('feat!: d');
  builder.tag('v2.0.0-beta.1');
  builder.commit('fix: e');
  builder.tag('v2.0.0-beta.2');
  return builder;
}

describe('a whole changelog', () => {
  test('tells prereleases under the stable version that followed, and by themselves only before it', () => {
    expect(told(betas())).toEqual([
      '2.0.0-beta.2 after v2.0.0-beta.1: e',
      '2.0.0-beta.1 after v1.1.0: **Breaking:** d',
      '1.1.0 after v1.0.0: a, b, c',
      '1.0.0 after nothing: first',
    ]);
  });

  test('has a section for each prerelease when that is asked for, and the stable ones stay whole', () => {
    expect(told(betas(), true)).toEqual([
      '2.0.0-beta.2 after v2.0.0-beta.1: e',
      '2.0.0-beta.1 after v1.1.0: **Breaking:** d',
      '1.1.0 after v1.0.0: a, b, c',
      '1.1.0-beta.2 after v1.1.0-beta.1: b',
      '1.1.0-beta.1 after v1.0.0: a',
      '1.0.0 after nothing: first',
    ]);
  });

  test('says of each version what was said when it was released', () => {
    const builder = historyBuilder();
    const grown: string[] = [];
    const release = (channel?: 'beta') => {
      const decision = decide(builder.history(), { ...defaultSettings, channel });
      const { sections } = notesSections(decision.commits, { ...options, isFirst: decision.current === null });
      const items = sections.flatMap((section) => section.items.map((item) => item.slice(2).replace(/ \(.*$/, '')));
      grown.unshift(`${decision.next ?? ''} after ${decision.since?.tag ?? 'nothing'}: ${items.toSorted().join(', ')}`);
      builder.tag(`v${decision.next ?? ''}`);
    };
    builder.commit('feat: first');
    release();
    builder.commit('feat: a');
    release('beta');
    builder.commit('fix: b');
    release('beta');
    release();
    builder.commit('fix: c');
    release();

    expect(told(builder, true)).toEqual(grown);
  });

  test('a prerelease that was given up belongs to the stable version that came instead', () => {
    const builder = historyBuilder();
    builder.commit('feat: first');
    builder.tag('v1.0.0');
    builder.commit('feat!: a');
    builder.tag('v2.0.0-rc.1');
    builder.commit('fix: b');
    builder.tag('v1.1.0');

    expect(told(builder)).toEqual(['1.1.0 after v1.0.0: **Breaking:** a, b', '1.0.0 after nothing: first']);
  });

  test('a pick of what a lower version holds names that version', () => {
    const builder = historyBuilder();
    const base = builder.commit('feat: first');
    builder.tag('v1.0.0');
    const fix = builder.commit('fix: the pager');
    builder.tag('v1.1.0');
    builder.tag('v1.0.1', builder.beside(`fix: the pager\n\n(cherry picked from commit ${fix})`, base));

    const [newest] = allSections(builder.history(), defaultSettings, options);

    expect(newest).toMatchObject({ version: '1.1.0' });
    expect(newest?.sections[0]?.items[0]).toContain('also in v1.0.1');
  });
});
