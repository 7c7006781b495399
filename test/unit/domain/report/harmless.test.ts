import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harmless, harmlessLines } from '../../../../src/domain/report/harmless.ts';

describe('text from outside becomes harmless', () => {
  test.each([
    ['colours', '\u001B[31mred\u001B[0m', 'red'],
    ['moves of the cursor', 'a\u001B[2J\u001B[1;1Hb', 'ab'],
    ['titles of windows', '\u001B]0;owned\u0007x', 'x'],
    ['links', '\u001B]8;;http://x\u001B\\text\u001B]8;;\u001B\\', 'text'],
    ['8-bit escapes', '\u009B31mred', 'red'],
    ['a sequence that never ends', 'a\u001B]0;x', 'a'],
    ['a lone escape', 'a\u001B', 'a'],
    ['line breaks', 'a\nb\r\nc\rd', 'a⏎b⏎c⏎d'],
    ['tabs', 'a\tb', 'a  b'],
    ['other control characters', 'a\u0000\u0008b\u007F', 'a\uFFFD\uFFFDb\uFFFD'],
    ['reordered text', 'file\u202Etxt.exe', 'file<U+202E>txt.exe'],
    ['hidden characters', 'a\u200Bb\uFEFFc\u{E0041}', 'a<U+200B>b<U+FEFF>c<U+E0041>'],
    ['line separators', 'a\u2028b', 'a<U+2028>b'],
    ['half characters', 'a\uD800b', 'a\uFFFDb'],
    ['commands to a CI runner', '##[set-output name=x]y', '## [set-output name=x]y'],
  ])('%s', (_, text, expected) => {
    expect(harmless(text)).toBe(expected);
  });

  test.each(['Grüße, 世界 👨‍👩‍👧', 'node -e "1 + 1"', 'a/b?c=[d]', ''])('%j stays as it is', (text) => {
    expect(harmless(text)).toBe(text);
  });

  test('a line of a megabyte is cut, and says so', () => {
    const line = harmless('x'.repeat(1_000_000));
    expect(line.length).toBeLessThan(8_300);
    expect(line).toMatch(/… \(1000000 characters\)$/);
  });

  test('whatever comes in, nothing that steers a terminal comes out', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        '\u001B',
        '[',
        ']',
        ';',
        'm',
        '0',
        '\u0007',
        '\u009B',
        '\u009D',
        '\n',
        '\u202E',
        'a',
        '#',
        '\\',
      ),
    });
    fc.assert(
      fc.property(nasty, (text) => {
        // oxlint-disable-next-line no-control-regex -- they are what must not be there
        expect(harmless(text)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]|##\[/);
      }),
    );
  });

  test('what has been made harmless stays the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(harmless(harmless(text))).toBe(harmless(text));
      }),
    );
  });
});

test('a text of several lines stays one, without blanks at its ends', () => {
  expect(harmlessLines('a  \n  b\u001B[1m\r\n\nc\n\n')).toEqual(['a', '  b', '', 'c']);
});
