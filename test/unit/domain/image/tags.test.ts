import { describe, expect, test } from 'vitest';
import { imageTags, plainFlavor, type TagFacts } from '../../../../src/domain/image/tags/image-tags.ts';
import { parseTagRule } from '../../../../src/domain/image/tags/rule.ts';

const facts: TagFacts = {
  ref: 'refs/heads/main',
  isScheduled: false,
  commit: '90dd6032fac8bda1b6c4436a2e65de27961ed071',
  defaultBranch: 'main',
  baseRef: '',
  now: new Date('2026-03-09T23:05:07Z'),
  commitDate: new Date('2026-02-01T10:00:00Z'),
};
const onTag = (tag: string): Partial<TagFacts> => ({ ref: `refs/tags/${tag}` });
const onPull = { ref: 'refs/pull/42/merge' };

function tagsOf(lines: readonly string[], more: Partial<TagFacts> = {}, flavor = plainFlavor) {
  const rules = lines.map((line) => {
    const rule = parseTagRule(line);
    if (typeof rule === 'string') throw new Error(rule);
    return rule;
  });
  return imageTags(rules, flavor, { ...facts, ...more });
}

describe('each type by itself', () => {
  test.each<[string, Partial<TagFacts>, readonly string[]]>([
    ['type=schedule', { isScheduled: true }, ['nightly']],
    ['type=schedule', {}, []],
    ["type=schedule,pattern={{date 'YYYYMMDD'}}", { isScheduled: true }, ['20260309']],
    ["type=schedule,pattern={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}", { isScheduled: true }, ['20260310-080507']],
    ["type=schedule,pattern={{date '[week-of-]D.M.YY'}}", { isScheduled: true }, ['week-of-9.3.26']],
    ['type=semver,pattern={{version}}', onTag('v1.2.3'), ['1.2.3', 'latest']],
    ['type=semver,pattern={{raw}}', onTag('v1.2.3'), ['v1.2.3', 'latest']],
    ['type=semver,pattern={{major}}.{{minor}}', onTag('v1.2.3'), ['1.2', 'latest']],
    ['type=semver,pattern={{major}}', onTag('v1.2.3'), ['1', 'latest']],
    ['type=semver,pattern=v{{major}}', onTag('v1.2.3'), ['v1', 'latest']],
    ['type=semver,pattern={{version}}', onTag('v2.0.8-beta.67'), ['2.0.8-beta.67']],
    ['type=semver,pattern={{raw}}', onTag('v2.0.8-beta.67'), ['v2.0.8-beta.67']],
    ['type=semver,pattern={{major}}.{{minor}}', onTag('v2.0.8-beta.67'), ['2.0.8-beta.67']],
    ['type=semver,pattern={{version}},value=v3.1.4', {}, ['3.1.4', 'latest']],
    ['type=semver,pattern={{version}}', {}, []],
    ['type=semver,pattern={{version}}', onTag('nightly-7'), []],
    ['type=pep440,pattern={{version}}', onTag('1.2.3'), ['1.2.3', 'latest']],
    ['type=pep440,pattern={{raw}}', onTag('v1.2.3'), ['v1.2.3', 'latest']],
    ['type=pep440,pattern={{major}}.{{minor}}', onTag('1.2.3'), ['1.2', 'latest']],
    ['type=pep440,pattern={{major}}.{{minor}}', onTag('v1.2.3rc2'), ['1.2.3rc2']],
    ['type=pep440,pattern={{version}}', onTag('1.2.3-preview.4'), ['1.2.3rc4']],
    ['type=pep440,pattern={{version}}', onTag('1.0.dev3'), ['1.0.dev3']],
    ['type=pep440,pattern={{major}}', onTag('1.0-1'), ['1.0.post1']],
    ['type=match,pattern=\\d{8}', onTag('release-20261121'), ['20261121', 'latest']],
    ['type=match,pattern=v(.*)-(.*),group=2', onTag('v1.2-arm'), ['arm', 'latest']],
    ['type=match,"pattern=/V(\\d{1,3})/i",group=1', onTag('v77'), ['77', 'latest']],
    ['type=match,pattern=\\d+', onTag('none'), []],
    ['type=edge', {}, ['edge']],
    ['type=edge', { ref: 'refs/heads/dev' }, []],
    ['type=edge,branch=dev', { ref: 'refs/heads/dev' }, ['edge']],
    ['type=ref,event=branch', {}, ['main']],
    ['type=ref,event=branch', { ref: 'refs/heads/feat/#12 cart' }, ['feat-12-cart']],
    ['type=ref,event=tag', onTag('v1.2.3'), ['v1.2.3', 'latest']],
    ['type=ref,event=tag', {}, []],
    ['type=ref,event=pr', onPull, ['pr-42']],
    ['type=ref,event=branch', onPull, []],
    ['type=raw,value=foo', {}, ['foo']],
    ['foo', {}, ['foo']],
    ['type=raw,value={{branch}}-{{sha}}', {}, ['main-90dd603']],
    ["type=raw,value={{commit_date 'YYYY.MM.DD'}}", {}, ['2026.02.01']],
    ['type=raw,value=foo,enable={{is_default_branch}}', {}, ['foo']],
    ['type=raw,value=foo,enable={{is_default_branch}}', { ref: 'refs/heads/dev' }, []],
    ['type=raw,value=foo,enable={{is_not_default_branch}}', { ref: 'refs/heads/dev' }, ['foo']],
    ['type=raw,value=foo,enable=false', {}, []],
    ['type=raw,value=of-{{base_ref}}', { baseRef: 'refs/heads/main' }, ['of-main']],
    ['type=sha', {}, ['sha-90dd603']],
    ['type=sha,format=long', {}, ['sha-90dd6032fac8bda1b6c4436a2e65de27961ed071']],
    ['type=sha,prefix=git-,suffix=-slim', {}, ['git-90dd603-slim']],
    ['type=sha,prefix=', {}, ['90dd603']],
  ])('%s', (line, more, expected) => {
    expect(tagsOf([line], more).tags).toEqual(expected);
  });
});

describe('several rules', () => {
  const usual = [
    'type=schedule',
    'type=ref,event=branch',
    'type=ref,event=pr',
    'type=semver,pattern={{version}}',
    'type=semver,pattern={{major}}.{{minor}}',
    'type=semver,pattern={{major}}',
    'type=sha',
  ];

  test.each<[string, Partial<TagFacts>, string | null, readonly string[]]>([
    ['a release', onTag('v1.2.3'), '1.2.3', ['1.2.3', '1.2', '1', 'sha-90dd603', 'latest']],
    ['a pre-release', onTag('v1.2.3-rc.1'), '1.2.3-rc.1', ['1.2.3-rc.1', 'sha-90dd603']],
    ['a push to a branch', {}, 'main', ['main', 'sha-90dd603']],
    ['a pull request', onPull, 'pr-42', ['pr-42', 'sha-90dd603']],
    ['a schedule', { isScheduled: true }, 'nightly', ['nightly', 'main', 'sha-90dd603']],
    ['a tag of another form', onTag('winter'), 'sha-90dd603', ['sha-90dd603']],
  ])('%s', (_title, more, version, tags) => {
    expect(tagsOf(usual, more)).toMatchObject({ version, tags });
  });

  test('the rule of the highest priority decides about latest, whatever the others say', () => {
    const lines = ['type=ref,event=tag', 'type=raw,value=first,priority=1000'];

    expect(tagsOf(lines, onTag('v1')).tags).toEqual(['first', 'v1']);
  });

  test('latest can be forbidden or asked for', () => {
    expect(tagsOf(['type=ref,event=tag'], onTag('v1'), { ...plainFlavor, latest: 'false' }).tags).toEqual(['v1']);
    expect(tagsOf(['type=sha'], {}, { ...plainFlavor, latest: 'true' }).tags).toEqual(['sha-90dd603', 'latest']);
    expect(tagsOf(['type=edge'], onPull, { ...plainFlavor, latest: 'true' }).tags).toEqual([]);
  });

  test('prefix and suffix of all tags give way to those of a rule, and reach latest only when asked to', () => {
    const flavor = { ...plainFlavor, prefix: 'web-', suffix: '-slim' };
    const lines = ['type=semver,pattern={{version}}', 'type=sha,suffix='];

    expect(tagsOf(lines, onTag('v1.2.3'), flavor).tags).toEqual(['web-1.2.3-slim', 'sha-90dd603', 'latest']);
    expect(tagsOf(lines, onTag('v1.2.3'), { ...flavor, onLatest: true }).tags.at(-1)).toBe('web-latest-slim');
  });

  test('a tag that is no version is told, not silently passed over', () => {
    expect(tagsOf(usual, onTag('winter')).remarks[0]).toBe('winter is no version for a rule of the type semver');
  });
});

test.each([
  ['type=semvre,pattern={{version}}', 'the type "semvre" is not known'],
  ['type=semver', 'the type semver needs pattern=...'],
  ['type=ref,event=push', 'event is branch, tag or pr'],
  ['type=sha,patern=x', '"patern" is not known for the type sha'],
  ['type=sha,priority=high', 'priority is a whole number, not "high"'],
  ['type=sha,long', '"long" has no value'],
])('%s is refused: %s', (line, why) => {
  expect(parseTagRule(line)).toContain(why);
});
