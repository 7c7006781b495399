import { describe, expect, test } from 'vitest';
import type { ChangelogSection } from '../../../../src/domain/release/changelog.ts';
import { addToChangelog, renderChangelog } from '../../../../src/domain/release/changelog.ts';
import { linksOf } from '../../../../src/domain/release/links.ts';

const links = linksOf('https://github.com/owner/name.git');
const kept = { format: 'keep-a-changelog', links } as const;
const conventional = { format: 'conventional', links } as const;

const section = (version: string, previous: string | null, ...items: string[]): ChangelogSection => ({
  version,
  tag: `v${version}`,
  previousTag: previous === null ? null : `v${previous}`,
  date: '2026-01-31',
  sections: items.length === 0 ? [] : [{ title: 'Added', items }],
  left: 0,
});

test('a new changelog begins with the introduction, Unreleased, and links that compare', () => {
  const text = addToChangelog(null, section('1.0.0', null, '- one'), kept);

  expect(text).toContain('# Changelog\n');
  expect(text).toContain('## [Unreleased]\n\n## [1.0.0] - 2026-01-31\n\n### Added\n\n- one\n');
  expect(text).toContain('[Unreleased]: https://github.com/owner/name/compare/v1.0.0...HEAD\n');
  expect(text).toContain('[1.0.0]: https://github.com/owner/name/releases/tag/v1.0.0\n');
});

test('a second version goes on top, and the links follow', () => {
  const text = addToChangelog(
    addToChangelog(null, section('1.0.0', null, '- one'), kept),
    section('1.1.0', '1.0.0', '- two'),
    kept,
  );

  expect(text.indexOf('## [Unreleased]')).toBeLessThan(text.indexOf('## [1.1.0]'));
  expect(text.indexOf('## [1.1.0]')).toBeLessThan(text.indexOf('## [1.0.0]'));
  expect(text.slice(text.indexOf('[Unreleased]:'))).toBe(
    [
      '[Unreleased]: https://github.com/owner/name/compare/v1.1.0...HEAD',
      '[1.1.0]: https://github.com/owner/name/compare/v1.0.0...v1.1.0',
      '[1.0.0]: https://github.com/owner/name/releases/tag/v1.0.0',
      '',
    ].join('\n'),
  );
});

test.each([['keep-a-changelog', kept] as const, ['conventional', conventional] as const])(
  'twice is byte-identical (%s)',
  (_, options) => {
    const once = addToChangelog(
      addToChangelog(null, section('1.0.0', null, '- one'), options),
      section('1.1.0', '1.0.0', '- two'),
      options,
    );

    expect(addToChangelog(once, section('1.1.0', '1.0.0', '- two'), options)).toBe(once);
  },
);

test('what a person wrote under Unreleased moves to the version, before what the commits say', () => {
  const text =
    '# Changelog\n\nOur own words.\n\n## [Unreleased]\n\nA good one.\n\n### Added\n\n- By hand\n\n### Security\n\n- Also by hand\n\n## [1.0.0] - 2025-01-01\n\n- old, in a form of its own\n';

  expect(addToChangelog(text, section('1.1.0', '1.0.0', '- two'), { ...kept, links: null })).toBe(
    '# Changelog\n\nOur own words.\n\n## [Unreleased]\n\n## [1.1.0] - 2026-01-31\n\nA good one.\n\n### Added\n\n- By hand\n- two\n\n### Security\n\n- Also by hand\n\n## [1.0.0] - 2025-01-01\n\n- old, in a form of its own\n',
  );
});

test('windows line ends and a byte order mark stay', () => {
  const text = '\uFEFF# Changelog\r\n\r\n## [1.0.0] - 2025-01-01\r\n\r\n- old\r\n';
  const done = addToChangelog(text, section('1.1.0', '1.0.0', '- two'), kept);

  expect(done.startsWith('\uFEFF# Changelog\r\n\r\n## [1.1.0]')).toBe(true);
  expect(done.replaceAll('\r\n', '')).not.toContain('\n');
});

describe('a file in another form', () => {
  test('with versions of its own: the new one goes before the first', () => {
    const text = 'Release notes\n=============\n\n# v1.0.0 (May)\n\n* old\n';

    expect(addToChangelog(text, section('1.1.0', '1.0.0', '- two'), { ...kept, links: null })).toBe(
      'Release notes\n=============\n\n## [1.1.0] - 2026-01-31\n\n### Added\n\n- two\n\n# v1.0.0 (May)\n\n* old\n',
    );
  });

  test('without any: below its title, and nothing is lost', () => {
    const done = addToChangelog('# History\n\nWe wrote letters.\n', section('1.1.0', '1.0.0', '- two'), {
      ...kept,
      links: null,
    });

    expect(done).toBe('# History\n\nWe wrote letters.\n\n## [1.1.0] - 2026-01-31\n\n### Added\n\n- two\n');
  });

  test('a heading in a code fence is no version', () => {
    const text = '# Changelog\n\n```\n## [9.9.9]\n```\n\n## [1.0.0] - 2025-01-01\n';
    const done = addToChangelog(text, section('1.1.0', '1.0.0', '- two'), { ...kept, links: null });

    expect(done.indexOf('## [1.1.0]')).toBeGreaterThan(done.lastIndexOf('```'));
  });
});

test('the conventional form links the heading', () => {
  expect(addToChangelog(null, section('1.1.0', '1.0.0', '- two'), conventional)).toBe(
    '# Changelog\n\n## [1.1.0](https://github.com/owner/name/compare/v1.0.0...v1.1.0) (2026-01-31)\n\n### Added\n\n- two\n',
  );
});

test('a changelog made anew equals one that grew', () => {
  const grown = addToChangelog(
    addToChangelog(null, section('1.0.0', null, '- one'), kept),
    section('1.1.0', '1.0.0', '- two'),
    kept,
  );

  expect(renderChangelog([section('1.1.0', '1.0.0', '- two'), section('1.0.0', null, '- one')], kept)).toBe(grown);
});

test.each([
  ['https://github.com/owner/name.git', 'https://github.com/owner/name'],
  ['https://user@github.com/owner/name', 'https://github.com/owner/name'],
  ['git@github.com:owner/name.git', 'https://github.com/owner/name'],
  ['ssh://git@github.example:2222/owner/name.git', 'https://github.example/owner/name'],
  ['https://github.example:8443/owner/name', 'https://github.example:8443/owner/name'],
  ['git@gitlab.com:group/sub/name.git', 'https://gitlab.com/group/sub/name'],
])('%s has its pages at %s', (remote, home) => {
  expect(linksOf(remote)?.home).toBe(home);
});

test.each(['/srv/git/name.git', '../name', 'file:///srv/name.git', 'C:\\git\\name'])('%s has no pages', (remote) => {
  expect(linksOf(remote)).toBeNull();
});
