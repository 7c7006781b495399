import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import type { WantedAsset } from '../../../../src/domain/release/assets.ts';
import { interimName, isSame, nextAssetStep } from '../../../../src/domain/release/assets.ts';
import { decide } from '../../../../src/domain/release/decide.ts';
import { floatingMoves } from '../../../../src/domain/release/floating.ts';
import { linksOf } from '../../../../src/domain/release/links.ts';
import { fitBody, longestBody, notesSections, renderNotes } from '../../../../src/domain/release/notes.ts';
import { emptyNotes } from '../../../../src/domain/release/refusals.ts';
import { compareVersions, versionOfTag } from '../../../../src/domain/release/version.ts';
import type { ForgeAsset } from '../../../../src/ports.ts';
import { defaultSettings, since100 } from '../../../fakes/history.ts';

const links = linksOf('https://github.com/owner/name');
const notesOf = async (...messages: string[]) => {
  const { commits } = decide(since100(...messages), defaultSettings);
  return await renderNotes(notesSections(commits, { format: 'keep-a-changelog', links }));
};

describe('notes', () => {
  test('each kind stands under its heading, with links to commit and issue', async () => {
    const notes = await notesOf(
      'feat(cart): count items (#7)',
      'fix: the pager',
      'feat!: no more XML\n\nBREAKING CHANGE: use JSON',
      'docs: words',
    );

    expect(notes.replaceAll(/0000000[0-9a-f]{33}/g, 'SHA')).toBe(
      [
        '### Added',
        '',
        '- **cart:** count items ([0000000](https://github.com/owner/name/commit/SHA), [#7](https://github.com/owner/name/issues/7))',
        '',
        '### Changed',
        '',
        '- **Breaking:** no more XML ([0000000](https://github.com/owner/name/commit/SHA))',
        '  use JSON',
        '',
        '### Fixed',
        '',
        '- the pager ([0000000](https://github.com/owner/name/commit/SHA))',
      ].join('\n'),
    );
  });

  test('a message cannot become HTML', async () => {
    expect(await notesOf('fix: <script>alert(1)</script> and `a<b>`')).toContain(
      '- &lt;script>alert(1)&lt;/script> and `a<b>` (',
    );
  });

  test('a body that GitHub would refuse is cut at a line, and says where the whole is', () => {
    const whole = Array.from({ length: 3000 }, (_, at) => `- change number ${at} with some more words in it`).join(
      '\n',
    );
    const { body, isCut } = fitBody(whole, 'https://example.invalid/whole');

    expect(isCut).toBe(true);
    expect(body.length).toBeLessThanOrEqual(longestBody);
    expect(body.endsWith('These notes are shortened; the whole text: https://example.invalid/whole')).toBe(true);
    expect(fitBody('short', '').isCut).toBe(false);
  });

  test('commits that ask for a release and give no line of notes are refused, before anything is tagged', () => {
    const { commits } = decide(since100('feat: a', 'docs: b'), defaultSettings);

    expect(emptyNotes('', commits)).toMatchObject({
      code: 'NOTES_EMPTY',
      message: '1 commits ask for a release, but none of them gives a line of notes.',
    });
    expect(emptyNotes('### Added', commits)).toBeNull();
    expect(emptyNotes('', decide(since100('docs: b'), defaultSettings).commits)).toBeNull();
  });

  test('a first release of a long history is bounded and says how much it leaves out', async () => {
    const { commits } = decide(
      since100(...Array.from({ length: 700 }, (_, at) => `fix: number ${at}`)),
      defaultSettings,
    );
    const text = await renderNotes(notesSections(commits, { format: 'keep-a-changelog', links: null, isFirst: true }));

    expect(text.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(500);
    expect(text.endsWith('And 200 earlier changes.')).toBe(true);
  });
});

describe('assets', () => {
  const wanted: WantedAsset = { name: 'a.tgz', label: null, size: 10, digest: `sha256:${'a'.repeat(64)}` };
  const good = { size: 10, digest: wanted.digest, isComplete: true };
  const bad = { size: 4, digest: null, isComplete: false };

  test('an asset that is whole needs nothing, one that is missing is uploaded under its name', () => {
    expect(nextAssetStep(wanted, [{ id: 1, name: 'a.tgz', ...good }])).toEqual({ do: 'nothing' });
    expect(nextAssetStep(wanted, [])).toEqual({ do: 'upload', as: 'a.tgz' });
  });

  test('from every state the steps end with one good asset, and the name is never empty before its replacement is there', () => {
    const states = fc.subarray([
      { id: 1, name: 'a.tgz', ...bad },
      { id: 2, name: interimName(wanted), ...bad },
      { id: 3, name: interimName(wanted), ...good },
    ]);
    fc.assert(
      fc.property(states, (start) => {
        let there: ForgeAsset[] = start.filter(({ name }, at) => start.findIndex((one) => one.name === name) === at);
        let nextId = 10;
        for (let step = 0; step < 8; step += 1) {
          const next = nextAssetStep(wanted, there);
          if (next.do === 'nothing') break;
          if (next.do === 'upload') there = [...there, { id: nextId++, name: next.as, ...good }];
          else if (next.do === 'rename')
            there = there.map((one) => (one.id === next.id ? { ...one, name: wanted.name } : one));
          else {
            if (next.name === wanted.name)
              expect(there.some((one) => one.name !== wanted.name && isSame(one, wanted))).toBe(true);
            there = there.filter(({ id }) => id !== next.id);
          }
        }
        expect(there.map(({ name, size }) => ({ name, size }))).toEqual([{ name: 'a.tgz', size: 10 }]);
      }),
    );
  });
});

describe('floating tags', () => {
  const move = (version: string, standing: [string, string | null][], all: string[]) =>
    floatingMoves(version, ['major', 'minor'], 'v', new Map(standing), all).moves.map(({ tag }) => tag);

  test('a fix of an old line moves the tags of its line only', () => {
    expect(
      move(
        '1.4.2',
        [
          ['v1', '1.4.1'],
          ['v1.4', '1.4.1'],
          ['v2', '2.0.0'],
        ],
        ['1.4.1', '2.0.0'],
      ),
    ).toEqual(['v1', 'v1.4']);
  });

  test('a fix below the newest of its major moves the minor tag only', () => {
    expect(
      move(
        '1.3.5',
        [
          ['v1', '1.4.0'],
          ['v1.3', '1.3.4'],
        ],
        ['1.3.4', '1.4.0'],
      ),
    ).toEqual(['v1.3']);
  });

  test('prereleases move nothing, and a tag that stands on no release is left alone', () => {
    expect(move('2.0.0-rc.1', [], [])).toEqual([]);
    expect(floatingMoves('2.0.0', ['major'], 'v', new Map([['v2', null]]), [])).toEqual({
      moves: [],
      left: ['v2 stays: it stands on no release of this repository.'],
    });
  });
});

describe('versions', () => {
  const part = fc.nat(30);
  const version = fc
    .tuple(part, part, part, fc.constantFrom('', '-alpha.1', '-beta.2', '-rc.10', '-rc.9'))
    .map(([a, b, c, suffix]) => `${a}.${b}.${c}${suffix}`);

  test('are compared as semver does', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(semver.compare(a, b));
      }),
    );
  });

  test.each([
    ['v1.2.3', '1.2.3'],
    ['v1.2.3-rc.1', '1.2.3-rc.1'],
    ['v1.2', null],
    ['vv1.2.3', null],
    ['1.2.3', null],
    ['v01.2.3', null],
    ['v1.2.3.4', null],
    ['nightly', null],
  ])('the tag %s is the version %s', (tag, expected) => {
    expect(versionOfTag(tag, 'v')).toBe(expected);
  });
});
