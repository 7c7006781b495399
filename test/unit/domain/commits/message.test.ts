import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutComments } from '../../../../src/domain/commits/hook.ts';
import { lintMessage } from '../../../../src/domain/commits/lint.ts';
import { parseMessage } from '../../../../src/domain/commits/message.ts';
import { commitRulesPage } from '../../../../src/domain/commits/rules-page.ts';
import { commitRules, judgeMessage } from '../../../../src/domain/commits/rules.ts';

test.each(commitRules)('the example of rule $id comes out as the table says', ({ id, example }) => {
  expect(judgeMessage(parseMessage(example.message))).toMatchObject({ rule: id, level: example.level });
});

test('the page names every rule', () => {
  const page = commitRulesPage();

  for (const { id } of commitRules) expect(page).toContain(`\`${id}\``);
});

describe('a message is taken apart', () => {
  test('the scope ends at its own parenthesis', () => {
    expect(parseMessage('feat(a): foo (b): bar')).toMatchObject({
      type: 'feat',
      scope: 'a',
      description: 'foo (b): bar',
    });
  });

  test('a token inside the body is text, a token in the last paragraphs is a footer', () => {
    const message = parseMessage(
      'fix: a\n\nNote: this is prose\nof two lines\n\nMore prose.\n\nReviewed-by: Z\nRefs: #12',
    );

    expect(message.body).toBe('Note: this is prose\nof two lines\n\nMore prose.');
    expect(message.footers).toEqual([
      { token: 'Reviewed-by', value: 'Z' },
      { token: 'Refs', value: '#12' },
    ]);
  });

  test('a breaking note spans lines and paragraphs until the next token', () => {
    expect(parseMessage('fix: a\n\nBREAKING CHANGE: one\ntwo\n\nthree\nRefs: #1').breakingNotes).toEqual([
      'one\ntwo\n\nthree',
    ]);
  });

  test('a line with dashes cannot change what was read', () => {
    expect(parseMessage('fix: a\n\n-type-\nfeat\n-hash-\n0000')).toMatchObject({
      type: 'fix',
      body: '-type-\nfeat\n-hash-\n0000',
    });
  });

  test('issues are found in header, body and footers, of this repository and of others', () => {
    const { references } = parseMessage('fix: a (#1)\n\nThis closes #2.\n\nCloses owner/name#3');

    expect(references.map(({ issue }) => issue)).toEqual(['#1', '#2', 'owner/name#3']);
  });

  test('what a header names is the same, whether or not the parser had to be asked', () => {
    const word = fc.constantFrom(
      'fix',
      'close idle',
      'closes',
      'fixes',
      'resolve',
      'prefix ',
      'add',
      'x#',
      'o/n',
      'a:',
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), fc.nat(999), (words, number) => {
        const header = `feat: ${words.join(' ')} (#${number})`;
        // A sign that names nothing keeps the short way from being taken.
        expect(parseMessage(header).references).toEqual(parseMessage(`${header}\n\nthe # sign`).references);
      }),
    );
  });

  test('a message of 5 MB is read', () => {
    expect(parseMessage(`feat: big\n\n${'x'.repeat(5_000_000)}`).type).toBe('feat');
  });

  test('whatever the text is, it is read, and only a conventional header has a type', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { type, header } = parseMessage(text);
        expect(type === null || header.includes(': ')).toBe(true);
      }),
    );
  });

  test('text around a message never changes its header', () => {
    const line = fc.constantFrom(
      '-type-',
      'feat!: x',
      '(tag: v9.9.9)',
      '',
      'Note: x',
      '-------- >8 --------',
      'gpg: x',
      '# x',
      'Merge y',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        expect(parseMessage(['fix(a): b', '', ...lines].join('\n'))).toMatchObject({
          type: 'fix',
          scope: 'a',
          description: 'b',
          bang: false,
        });
      }),
    );
  });
});

describe('lint', () => {
  const rules = (text: string) => lintMessage(text).map(({ rule, severity }) => `${severity} ${rule}`);

  test.each([
    ['feat(search): find by tag', []],
    ['feat: a\n\nbody\n\nCloses #1', []],
    ["Merge branch 'x'", []],
    ['feat:a', ['error header-form']],
    ['Add search', ['error header-form']],
    ['feat(): a', ['error header-form']],
    ['fixup! feat: a', ['error autosquash']],
    ['', ['error header-empty']],
    ['fix: a\n\nBREAKING CHANGE #12', ['error breaking-form']],
    ['fix: a\n\nbreaking change: b', ['warning breaking-form']],
    ['fix: a\nbody', ['warning body-blank']],
    ['chore: a\n\nRelease-As: soon', ['error release-as']],
    ['Revert "feat: a"', ['warning revert-target']],
    [`feat: ${'x'.repeat(120)}`, ['warning header-length']],
  ])('%j', (text, expected) => {
    expect(rules(text)).toEqual(expected);
  });

  test('the advice shows what to write', () => {
    expect(lintMessage('feat:search')[0]?.message).toBe('A space belongs after the colon: "feat: search".');
  });
});

test('a commit-msg hook sees the message as git will keep it', () => {
  const text = 'fix: a\n# comment\n\nbody\n# ------------------------ >8 ------------------------\ndiff --git\n';

  expect(withoutComments(text, null)).toBe('fix: a\n\nbody');
  expect(withoutComments('fix: a\n; comment\n# kept', ';')).toBe('fix: a\n# kept');
});
