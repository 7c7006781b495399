import { describe, expect, test } from 'vitest';
import { contextWarning } from '../../../../src/domain/image/context.ts';
import { chainOf, instructionsOf, stagesOf } from '../../../../src/domain/image/dockerfile.ts';
import { generatedDockerfile } from '../../../../src/domain/image/generated.ts';
import { ignoredBy } from '../../../../src/domain/image/ignore.ts';
import { breachesOf, type PolicyFacts } from '../../../../src/domain/image/policy.ts';
import { sizeLine, sizeReport } from '../../../../src/domain/image/size.ts';

describe('a Dockerfile', () => {
  test('is read with the lines on which its instructions begin, past comments, continuations and here-documents', () => {
    const text = [
      '# syntax=docker/dockerfile:1',
      'FROM a',
      'run one \\',
      '  # why',
      '  && two',
      '',
      'RUN <<EOF',
      'FROM b',
      'EOF',
      'USER 1',
    ];

    expect(instructionsOf(text.join('\n'))).toEqual([
      { name: 'FROM', text: 'a', line: 2 },
      { name: 'RUN', text: 'one && two', line: 3 },
      { name: 'RUN', text: '<<EOF', line: 7 },
      { name: 'USER', text: '1', line: 10 },
    ]);
  });

  test('that continues its lines with a backtick says so in its first line', () => {
    expect(instructionsOf('# escape=`\nFROM a\nCOPY c:\\ `\n d').map(({ text }) => text)).toEqual(['a', 'c:\\ d']);
  });

  test('stands on what its arguments say, stage by stage', () => {
    const text =
      'ARG NODE=24\nARG KIND="slim"\nFROM --platform=linux/amd64 node:${NODE}-$KIND AS base\nFROM base AS web\nFROM alpine';
    const stages = stagesOf(text, { NODE: '26' });

    expect(chainOf(stages, 'web').map(({ base }) => base)).toEqual(['base', 'node:26-slim']);
    expect(chainOf(stages, null).map(({ base }) => base)).toEqual(['alpine']);
    expect(chainOf(stages, 'nobody')).toEqual([]);
  });
});

describe('the rules for images', () => {
  const day = 86_400;
  const epochSeconds = 1_700_000_000;
  const rules = { user: 'gate', healthcheck: 'warn', base: 'warn', maxBaseAgeDays: 90 } as const;
  const facts = (config: object, text: string, more: Partial<PolicyFacts> = {}): PolicyFacts => ({
    config: {
      config,
      history: [
        { created: new Date((epochSeconds - 100 * day) * 1_000).toISOString() },
        { created: new Date(epochSeconds * 1_000).toISOString() },
      ],
    },
    dockerfile: { path: 'Dockerfile', text },
    args: {},
    target: null,
    isReadyByPath: false,
    epochSeconds,
    nowSeconds: epochSeconds,
    ...more,
  });
  const well = { User: 'node', Healthcheck: { Test: ['CMD', 'true'] } };

  test('find an image that runs as root, has no HEALTHCHECK and an old base, each with its line', () => {
    const found = breachesOf(facts({ User: 'root' }, 'FROM node:24\nCOPY . .\nUSER root'), rules);

    expect(found.map(({ rule, severity, line }) => [rule, severity, line])).toEqual([
      ['user', 'gate', 3],
      ['healthcheck', 'warn', 1],
      ['base', 'warn', 1],
    ]);
    expect(found.at(-1)?.message).toBe('the base image node:24 is of 2023-08-06, 100 days old (limit 90)');
  });

  test('find nothing in an image that keeps to them', () => {
    expect(breachesOf(facts(well, 'FROM node'), { ...rules, maxBaseAgeDays: 101 })).toEqual([]);
  });

  test('take a ready path for a HEALTHCHECK, and a HEALTHCHECK that is switched off for none', () => {
    const none = { ...well, Healthcheck: { Test: ['NONE'] } };
    const rulesOf = (isReadyByPath: boolean): readonly string[] =>
      breachesOf(facts(none, 'FROM a', { isReadyByPath }), { ...rules, base: 'off' }).map(({ rule }) => rule);

    expect(rulesOf(false)).toEqual(['healthcheck']);
    expect(rulesOf(true)).toEqual([]);
  });

  test('know the user 0 by its number, and a group is no user', () => {
    const users = ['', '0', '00:5', 'root:staff', '1000', 'node:0'];
    const refused = users.filter(
      (User) => breachesOf(facts({ ...well, User }, 'FROM a'), { ...rules, base: 'off' }).length > 0,
    );

    expect(refused).toEqual(['', '0', '00:5', 'root:staff']);
  });

  test('ask nothing of the age of an image without a base', () => {
    expect(breachesOf(facts(well, 'FROM scratch\nCOPY . .'), rules)).toEqual([]);
  });
});

describe('the size of an image', () => {
  const base = { digest: 'sha256:base', sizeBytes: 100e6, step: 'FROM' };
  const app = (sizeBytes: number) => ({ digest: `sha256:app${sizeBytes}`, sizeBytes, step: 'COPY . .' });

  test('is compared layer by layer with the last release', () => {
    const report = sizeReport([base, app(30e6)], [base, app(10e6), { digest: 'x', sizeBytes: 1, step: 'RUN x' }], {
      growth: 0.1,
      maxBytes: null,
    });

    expect(report.layers).toEqual([
      { step: 'FROM', sizeBytes: 100e6, beforeBytes: 100e6, isSame: true },
      { step: 'COPY . .', sizeBytes: 30e6, beforeBytes: 10e6, isSame: false },
    ]);
    expect(report.gone).toEqual([{ step: 'RUN x', sizeBytes: 1 }]);
    expect(report.exceeded).toBe('130.0 MB are 18.2 % more than the 110.0 MB of the last release (limit 10.0 %)');
    expect(sizeLine(report)).toBe('130.0 MB, +20.0 MB against the last release');
  });

  test('may be limited by itself, and without a release before there is nothing else', () => {
    expect(sizeReport([base], null, { growth: 0, maxBytes: 99e6 }).exceeded).toBe('100.0 MB are more than 99.0 MB');
    expect(sizeReport([base], null, { growth: 0, maxBytes: null }).exceeded).toBeNull();
  });
});

describe('what is left out of a build', () => {
  test.each([
    ['node_modules', 'node_modules/a/b.js', true],
    ['node_modules', 'packages/x/node_modules', false],
    ['**/node_modules', 'packages/x/node_modules/a', true],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/guide.md', false],
    ['**/*.md', 'docs/guide.md', true],
    ['docs/**', 'docs/a/b', true],
    ['/build/', 'build/x', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[a-c].txt', 'b.txt', true],
    ['# comment', '# comment', false],
    ['*\n!keep.txt', 'keep.txt', false],
    ['*\n!keep.txt\n*.txt', 'keep.txt', true],
    ['x.y', 'xzy', false],
  ])('by %j: %s %s', (rules, path, isOut) => {
    expect(ignoredBy(rules)(path)).toBe(isOut);
  });

  test('very many files are a warning that names the fullest folders', () => {
    const folders = [
      { path: 'node_modules', files: 590_000 },
      { path: 'src', files: 10_000 },
    ];

    expect(contextWarning({ files: 600_000, folders })).toBe(
      '600,000 files are sent to the builder, most of them below node_modules (590,000 files), src (10,000 files): what the image does not need belongs into .dockerignore',
    );
    expect(contextWarning({ files: 99_999, folders })).toBeNull();
  });
});

describe('a Dockerfile of ours', () => {
  test('installs what the lock file says and does not run as root', () => {
    const text = generatedDockerfile('node', { names: ['package.json', 'package-lock.json'], isPrepared: false });

    expect(text).toContain('COPY package.json package-lock.json ./\nRUN npm ci --omit=dev');
    expect(text).toContain('USER 1000');
  });

  test('packs what the commands before have left, when there were any', () => {
    expect(generatedDockerfile('node', { names: ['package.json'], isPrepared: true })).not.toContain('RUN');
  });

  test.each([
    [['pyproject.toml', 'uv.lock'], 'uv sync --frozen --no-dev'],
    [['requirements.txt'], 'pip install --no-cache-dir'],
  ])('for Python follows %j', (names, expected) => {
    expect(generatedDockerfile('python', { names, isPrepared: false })).toContain(expected);
  });

  test('is understood by our own reader, whatever the kind', () => {
    for (const kind of ['node', 'python', 'plain'] as const) {
      const stages = stagesOf(generatedDockerfile(kind, { names: ['uv.lock'], isPrepared: false }), {});
      expect(stages.at(-1)?.base).not.toBe('');
      expect(stages.at(-1)?.instructions.findLast(({ name }) => name === 'USER')?.text).not.toBe('root');
    }
  });
});
