import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../../src/domain/release/decide.ts';
import { defaultSettings, historyBuilder, shaOf, since100 } from '../../../fakes/history.ts';

const settings = defaultSettings;

describe('the level that comes out of one commit after v1.0.0', () => {
  test.each([
    ['feat!: a', 'major'],
    ['chore!: x', 'major'],
    ['refactor(a)!: x', 'major'],
    ['fix: a\n\nBREAKING-CHANGE: b', 'major'],
    ['fix: a\n\nBREAKING CHANGE: b', 'major'],
    ['FEAT: a', 'minor'],
    ['feat: a\n\nbreaking change: no capitals', 'minor'],
    ['docs: how to write\n\n```\nBREAKING CHANGE: an example\n```', 'none'],
    ['my-type!: x', 'major'],
    ['größe_2!: x', 'major'],
    ['my type!: x', 'none'],
    ['-feat!: x', 'none'],
    ['feat: ', 'none'],
    ['feat:a', 'none'],
    ['docs: only words', 'none'],
    ['fix: a\n\n-type-\nfeat', 'patch'],
    ['fix(a): foo (b): bar', 'patch'],
    ['feat: a\n\nNote: the rest is text\nand more of it', 'minor'],
    ['fix: a\n\nBREAKING CHANGE #12 is no form of it', 'patch'],
    ['fix: a\n------------------------ >8 ------------------------\nfeat!: injected', 'patch'],
    ['fix: a (tag: v9.9.9)', 'patch'],
    ['fixup! feat: a', 'none'],
    ["Merge branch 'x'", 'none'],
    ['feat(a(b)): c', 'minor'],
    ['feat(): c', 'none'],
    ['feat(a,b): c', 'minor'],
    ['fix: a\r\n\r\nBREAKING CHANGE: with carriage returns\r\n', 'major'],
    ['perf: faster', 'patch'],
    ['Revert "feat: released long ago"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.', 'patch'],
    ['', 'none'],
  ])('%j is %s', (message, level) => {
    expect(decide(since100(message), settings).level).toBe(level);
  });
});

describe('reverts', () => {
  const feature = shaOf(2);

  test.each([
    ['git revert', `Revert "feat: a"\n\nThis reverts commit ${feature}.`],
    ['a short name', `Revert "feat: a"\n\nThis reverts commit ${feature.slice(0, 8)}.`],
    ['the footer of the specification', `revert: feat: a\n\nRefs: ${feature.slice(0, 10)}`],
    [
      'a name that a rebase changed',
      'Revert "feat: a"\n\nThis reverts commit ffffffffffffffffffffffffffffffffffffffff.',
    ],
  ])('a feature and its revert by %s release nothing', (_, message) => {
    const decision = decide(since100('feat: a', message), settings);

    expect(decision.next).toBeNull();
    expect(decision.commits.map(({ rule }) => rule)).toEqual(['cancelled', 'cancelled']);
  });

  test('a pull request reverted on GitHub takes the squashed commit back', () => {
    const decision = decide(since100('feat: a (#12)', 'Revert "feat: a" (#13)\n\nReverts owner/name#12'), settings);

    expect(decision.next).toBeNull();
  });

  test('a feature that is reverted and reapplied counts again', () => {
    const decision = decide(
      since100(
        'feat: a',
        `Revert "feat: a"\n\nThis reverts commit ${shaOf(2)}.`,
        `Reapply "feat: a"\n\nThis reverts commit ${shaOf(3)}.`,
      ),
      settings,
    );

    expect(decision.next).toBe('1.1.0');
    expect(decision.commits.map(({ level }) => level)).toEqual(['none', 'none', 'minor']);
  });

  test('a revert of a revert of a revert takes the feature back', () => {
    const decision = decide(
      since100(
        'feat: a',
        `Revert "feat: a"\n\nThis reverts commit ${shaOf(2)}.`,
        `Revert "Revert "feat: a""\n\nThis reverts commit ${shaOf(3)}.`,
        `Revert "Revert "Revert "feat: a"""\n\nThis reverts commit ${shaOf(4)}.`,
      ),
      settings,
    );

    expect(decision.next).toBeNull();
  });

  test('one revert can name several commits', () => {
    const decision = decide(
      since100('feat: a', 'fix: b', `revert: both\n\nThis reverts commits ${shaOf(2)} and ${shaOf(3)}.`),
      settings,
    );

    expect(decision.next).toBeNull();
  });

  test('a revert of a merge takes back all that the merge brought', () => {
    const builder = historyBuilder();
    const base = builder.commit('chore: begin');
    builder.tag('v1.0.0');
    const one = builder.beside('feat: one', base);
    const two = builder.beside('fix: two', one);
    const merge = builder.merge("Merge branch 'topic'", two);
    builder.commit(
      `Revert "Merge branch 'topic'"\n\nThis reverts commit ${merge}, reversing\nchanges made to ${base}.`,
    );

    expect(decide(builder.history(), settings).next).toBeNull();
  });

  test('reapplying what was reverted in an earlier release is a feature again', () => {
    const builder = historyBuilder();
    builder.commit('feat: a');
    const revert = builder.commit(`Revert "feat: a"\n\nThis reverts commit ${builder.head}.`);
    builder.tag('v1.0.0');
    builder.commit(`Reapply "feat: a"\n\nThis reverts commit ${revert}.`);

    expect(decide(builder.history(), settings)).toMatchObject({ next: '1.1.0', level: 'minor' });
  });
});

describe('lines of releases', () => {
  test('a maintenance branch that was merged does not take the version back', () => {
    const builder = historyBuilder();
    const first = builder.commit('feat: first');
    builder.tag('v1.0.0');
    builder.commit('feat: second');
    builder.tag('v1.1.0');
    const fix = builder.beside('fix: old', first);
    builder.tag('v1.0.1', fix);
    builder.merge("Merge branch '1.0.x'", fix);

    const decision = decide(builder.history(), settings);

    expect(decision.current?.tag).toBe('v1.1.0');
    expect(decision.next).toBe('1.1.1');
  });

  test('a feature on 1.0.x is refused, with the commit and the branch where it may go', () => {
    const builder = historyBuilder();
    builder.commit('feat: first');
    builder.tag('v1.0.0');
    builder.commit('feat: too much');

    const decision = decide(builder.history('1.0.x'), settings);

    expect(decision.next).toBeNull();
    expect(decision.refusal).toEqual({
      code: 'RELEASE_OUT_OF_LINE',
      message: '0000000 "feat: too much" makes 1.1.0, and the line 1.0.x ends before 1.1.0.',
      hint: 'Release it from 1.x or main, and revert it here.',
    });
  });

  test('a version that stands on a commit elsewhere is not taken twice', () => {
    const builder = historyBuilder();
    const base = builder.commit('feat: first');
    builder.tag('v1.0.0');
    builder.tag('v1.1.0', builder.beside('feat: elsewhere', base));
    builder.commit('feat: here');

    expect(decide(builder.history(), settings).refusal?.code).toBe('VERSION_TAKEN');
  });

  test('a release commit that stands beside the branch counts at its parent', () => {
    const builder = historyBuilder();
    const base = builder.commit('feat: first');
    builder.tag('v1.0.0', builder.beside('chore(release): 1.0.0\n\nFairway-Release: v1.0.0\n', base));

    expect(decide(builder.history(), settings).kind).toBe('released');
    builder.commit('fix: after it');
    expect(decide(builder.history(), settings)).toMatchObject({ kind: 'release', next: '1.0.1' });
  });

  test('a fix that was picked to another line is listed once, as also in that version', () => {
    const builder = historyBuilder();
    const base = builder.commit('feat: first');
    builder.tag('v1.0.0');
    const fix = builder.commit('fix: the pager');
    builder.commit('feat: more');
    builder.tag('v1.0.1', builder.beside(`fix: the pager\n\n(cherry picked from commit ${fix})`, base));

    const [, listed] = decide(builder.history(), settings).commits;

    expect(listed).toMatchObject({ header: 'fix: the pager', level: 'patch', alsoIn: 'v1.0.1' });
  });

  test('a change that came into one range three times is listed once', () => {
    const builder = historyBuilder();
    const base = builder.commit('feat: first');
    builder.tag('v1.0.0');
    const fix = builder.commit('fix: the pager (#12)');
    builder.merge("Merge branch 'a'", builder.beside(`fix: the pager\n\n(cherry picked from commit ${fix})`, base));
    builder.merge("Merge branch 'b'", builder.beside('[1.0] fix: the pager (#12) (#34)', base));
    builder.merge("Merge branch 'c'", builder.beside('fix: the pager (#12) (#35)', base));

    const { commits } = decide(builder.history(), settings);

    expect(commits.filter(({ level }) => level === 'patch')).toHaveLength(1);
    expect(commits.filter(({ rule }) => rule === 'twin').map(({ twinOf }) => twinOf)).toHaveLength(2);
  });

  test('tags that name no version are said and ignored', () => {
    const builder = historyBuilder();
    builder.commit('feat: first');
    builder.tag('v1.0.0');
    builder.tag('v1');
    builder.tag('v1.2');
    builder.tag('nightly');
    builder.commit('fix: a');

    const decision = decide(builder.history(), settings);

    expect(decision.next).toBe('1.0.1');
    expect(decision.remarks).toEqual(['2 tags begin with "v" but name no version and are ignored: v1, v1.2.']);
  });

  test('of two tags on one commit the higher version is the last', () => {
    const builder = historyBuilder();
    builder.commit('feat: first');
    builder.tag('v1.0.0');
    builder.tag('v1.0.1');
    builder.commit('fix: a');

    expect(decide(builder.history(), settings).next).toBe('1.0.2');
  });
});

describe('merge policies', () => {
  const sectionOf = (build: (builder: ReturnType<typeof historyBuilder>, base: string) => void) => {
    const builder = historyBuilder();
    const base = builder.commit('chore: begin');
    builder.tag('v1.0.0');
    build(builder, base);
    return decide(builder.history(), settings)
      .commits.filter(({ level }) => level !== 'none')
      .map(({ header }) => header.replace(/ \(#\d+\)$/, ''));
  };

  test('merge, squash and rebase give the same list', () => {
    const merged = sectionOf((builder, base) => {
      builder.merge('feat: a (#7)', builder.beside('feat: a', base));
    });
    const plainMerge = sectionOf((builder, base) => {
      builder.merge('Merge pull request #7 from x/y\n\nfeat: a', builder.beside('feat: a', base));
    });
    const squashed = sectionOf((builder) => void builder.commit('feat: a (#7)'));
    const rebased = sectionOf((builder) => void builder.commit('feat: a'));

    expect([merged, plainMerge, squashed, rebased]).toEqual([['feat: a'], ['feat: a'], ['feat: a'], ['feat: a']]);
  });

  test('a merge whose branch does not say what it is counts by its own title', () => {
    expect(sectionOf((builder, base) => void builder.merge('feat: whole (#7)', builder.beside('wip', base)))).toEqual([
      'feat: whole',
    ]);
  });
});

describe('before 1.0.0', () => {
  const zero = (message: string, rules = settings.zero) => {
    const builder = historyBuilder();
    builder.commit('feat: first');
    builder.tag('v0.3.1');
    builder.commit(message);
    return decide(builder.history(), { ...settings, zero: rules }).next;
  };

  test('breaking changes and features move the minor version, and 1.0.0 is never reached by accident', () => {
    expect([zero('feat!: a'), zero('feat: a'), zero('fix: a')]).toEqual(['0.4.0', '0.4.0', '0.3.2']);
  });

  test('the two switches are independent', () => {
    expect(zero('feat: a', { breaking: 'minor', feature: 'patch' })).toBe('0.3.2');
    expect(zero('feat!: a', { breaking: 'minor', feature: 'patch' })).toBe('0.4.0');
    expect(zero('feat!: a', { breaking: 'major', feature: 'patch' })).toBe('1.0.0');
  });

  test('1.0.0 comes by request', () => {
    const builder = historyBuilder();
    builder.commit('feat: first');
    builder.tag('v0.3.1');
    builder.commit('fix: a');

    expect(decide(builder.history(), settings, { level: 'major' }).next).toBe('1.0.0');
    builder.commit('chore: ready\n\nRelease-As: 1.0.0');
    expect(decide(builder.history(), settings).next).toBe('1.0.0');
  });
});

test('a Release-As that is no version is refused', () => {
  expect(decide(since100('chore: x\n\nRelease-As: soon'), settings).refusal?.code).toBe('VERSION_INVALID');
});

test('a version that is not higher than the last is refused', () => {
  expect(decide(since100('fix: x'), settings, { version: '0.9.0' }).refusal?.code).toBe('VERSION_NOT_HIGHER');
});

test('without any release the first one is release.initial, whatever the commits say', () => {
  const builder = historyBuilder();
  builder.commit('first');

  expect(decide(builder.history(), settings)).toMatchObject({ kind: 'release', current: null, next: '0.1.0' });
});

test('a commit that has the tag is released; one with only chores after it has nothing to release', () => {
  expect(decide(since100(), settings)).toMatchObject({ kind: 'released', next: null });
  expect(decide(since100('chore: x'), settings)).toMatchObject({ kind: 'nothing', next: null, level: 'none' });
});

describe('prereleases', () => {
  test('the level comes from the last stable version, and promotion drops the suffix', () => {
    const builder = historyBuilder();
    builder.commit('chore: begin');
    builder.tag('v1.2.3');
    builder.commit('feat: a');
    expect(decide(builder.history(), { ...settings, channel: 'beta' }).next).toBe('1.3.0-beta.1');
    builder.tag('v1.3.0-beta.1');
    builder.commit('fix: b');
    expect(decide(builder.history(), { ...settings, channel: 'beta' }).next).toBe('1.3.0-beta.2');
    builder.tag('v1.3.0-beta.2');
    expect(decide(builder.history(), { ...settings, channel: 'rc' }).next).toBeNull();
    builder.commit('fix: c');
    builder.tag('v1.3.0-rc.1');

    const stable = decide(builder.history(), settings);

    expect(stable.next).toBe('1.3.0');
    expect(stable.commits.map(({ header }) => header)).toEqual(['fix: c', 'fix: b', 'feat: a']);
  });

  test('a breaking change after a beta begins a new major one', () => {
    const builder = historyBuilder();
    builder.commit('chore: begin');
    builder.tag('v1.2.3');
    builder.commit('feat: a');
    builder.tag('v1.3.0-beta.1');
    builder.commit('feat!: b');

    expect(decide(builder.history(), { ...settings, channel: 'beta' }).next).toBe('2.0.0-beta.1');
  });

  test('a lower channel of the same version is refused', () => {
    const builder = historyBuilder();
    builder.commit('chore: begin');
    builder.tag('v1.2.3');
    builder.commit('feat: a');
    builder.tag('v1.3.0-rc.1');
    builder.commit('fix: b');

    expect(decide(builder.history(), { ...settings, channel: 'alpha' }).refusal?.code).toBe('CHANNEL_LOWER');
  });

  test('whatever is committed and released, versions only rise', () => {
    const message = fc.constantFrom('feat: a', 'fix: b', 'feat!: c', 'chore: d');
    const channel = fc.constantFrom(undefined, 'alpha' as const, 'beta' as const, 'rc' as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(message, channel), { minLength: 1, maxLength: 12 }), (steps) => {
        const builder = historyBuilder();
        let last: string | null = null;
        for (const [text, asked] of steps) {
          builder.commit(text);
          const { next } = decide(builder.history(), { ...settings, channel: asked });
          if (next === null) continue;
          if (last !== null) expect(semver.gt(next, last)).toBe(true);
          builder.tag(`v${next}`);
          last = next;
        }
      }),
    );
  });
});

test('dates that run backwards do not change the order of commits', () => {
  const builder = historyBuilder();
  builder.commit('chore: begin');
  builder.tag('v1.0.0');
  builder.commit('feat: one');
  builder.commit('feat: two');
  const { commits, ...rest } = builder.history();
  const backwards = commits.map((commit, at) => ({
    ...commit,
    committedAt: new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString(),
  }));

  const decision = decide({ ...rest, commits: backwards }, settings);

  expect(decision.commits.map(({ header }) => header)).toEqual(['feat: two', 'feat: one']);
});
