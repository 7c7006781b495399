import { describe, expect, test } from 'vitest';
import { loadText, maxCharacters } from '../../../src/config/load.ts';
import { ConfigError, type Problem } from '../../../src/errors.ts';

function problemsOf(text: string, file = 'fairway.yml'): readonly Problem[] {
  try {
    loadText(text, file);
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'CONFIG_INVALID') return error.problems;
    throw error;
  }
  return [];
}

const where = (text: string, file?: string): readonly string[] =>
  problemsOf(text, file).map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('a file that can be read', () => {
  test('becomes maps, lists and scalars', () => {
    const { value } = loadText('app: shop\nsteps: [5, 100]\non: yes\n', 'fairway.yml');
    expect(value).toEqual({ app: 'shop', steps: [5, 100], on: 'yes' });
  });

  test('may repeat itself by anchors, up to a bound', () => {
    const { value } = loadText('a: &env { X: 1 }\nb: *env\n', 'fairway.yml');
    expect(value).toEqual({ a: { X: 1 }, b: { X: 1 } });
  });

  test('says where keys, values and entries of lists stand', () => {
    const source = loadText('app: shop\ndeploy:\n  steps:\n    - 5\n    - 100\n', 'fairway.yml');
    expect(source.keyPlace(['deploy', 'steps'])).toEqual({ line: 3, column: 3 });
    expect(source.valuePlace(['app'])).toEqual({ line: 1, column: 6 });
    expect(source.valuePlace(['deploy', 'steps', 1])).toEqual({ line: 5, column: 7 });
    expect(source.keyPlace(['deploy', 'hold'])).toBeNull();
    expect(source.keyPlace(['deploy', 'steps', 2])).toBeNull();
  });

  test('says where a value stands that is reached through an alias', () => {
    const source = loadText('a: &env\n  X: 1\nb: *env\n', 'fairway.yml');
    expect(source.valuePlace(['b', 'X'])).toEqual({ line: 2, column: 6 });
  });

  test('may be JSON with tabs and a byte order mark', () => {
    const { value } = loadText('\uFEFF{\n\t"app": "shop",\n\t"steps": [\n\t\t5\n\t]\n}', 'fairway.json');
    expect(value).toEqual({ app: 'shop', steps: [5] });
  });

  test('may end its lines as Windows does', () => {
    expect(loadText('app: shop\r\nb: 2\r\n', 'fairway.yml').value).toEqual({ app: 'shop', b: 2 });
  });
});

describe('a file that cannot be read is refused with its place', () => {
  test.each([
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1 a tab cannot indent in YAML; use blanks'],
    ['an open quote', 'a: "x\n', '2:1 missing closing "quote"'],
    ['an open bracket', 'a: [1, 2\n', '2:1 the closing "]" is missing'],
    ['two colons', 'a: b: c\n', '1:4 a second ":" on the line; put quotes around a value that contains ": "'],
    ['a second document', 'a: 1\n---\nb: 2\n', '2:1 a second document begins here ("---"); only one is read'],
    ['a tag', 'a: !!js/function x\n', '1:4 tags ("!...") are not read here'],
    ['an unknown alias', 'a: *x\n', '1:4 there is no anchor &x before this'],
    ['an alias of itself', 'a: &a [*a]\n', '1:8 *a contains itself'],
    ['a key given twice', 'a:\n  b: 1\n  b: 2\n', '3:3 the key "b" is given twice in the same map'],
    ['a key that is a list', '? [a]\n: 1\n', '1:3 a key must be a plain word'],
    ['a merge key', '<<: { a: 1 }\n', '1:1 merge keys ("<<") are not read; repeat the values'],
    ['a key that changes prototypes', '__proto__: { a: 1 }\n', '1:1 the key "__proto__" is not allowed'],
    ['a list at the top', '- a\n', '1:1 expected sections such as "app: shop" at the top'],
  ])('%s', (_, text, expected) => {
    expect(where(text)).toEqual([expected]);
  });

  test.each([
    ['a comma too many', '{"a": 1,}', '1:9 is not JSON: Expected double-quoted property name'],
    ['no quotes', '{\n"a": x}', `2:6 is not JSON: Unexpected token 'x'`],
    ['a missing comma', '[1 2]', `1:4 is not JSON: Expected ',' or ']' after array element`],
    ['an early end', '{"a": ', '1:7 is not JSON: Unexpected end of JSON input'],
    ['a key given twice', '{"a": 1, "a": 2}', '1:10 the key "a" is given twice in the same map'],
  ])('JSON with %s', (_, text, expected) => {
    expect(where(text, 'fairway.json')).toEqual([expected]);
  });

  test('an empty one, with what to write', () => {
    expect(() => loadText('# nothing\n', 'fairway.yml')).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ message: 'is empty' })],
        hint: expect.stringContaining('app: shop'),
      }),
    );
  });

  test('aliases that multiply without end', () => {
    const levels = 'bcdefgh'.split('').map(
      (name, i) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${'abcdefgh'.charAt(i)}`)
          .join(', ')}]`,
    );
    expect(where(['a: &a [x, x, x, x, x, x, x, x, x]', ...levels].join('\n'))).toContainEqual(
      expect.stringContaining('more than 200 aliases'),
    );
  });

  test('few aliases of much', () => {
    const much = `a: &a [${Array(5_000).fill('x').join(', ')}]\nb: [*a, *a, *a, *a]\n`;
    expect(where(much)).toEqual(['1:1 holds more than 20,000 values once its aliases are filled in']);
  });

  test('brackets nested by the thousand', () => {
    expect(where(`a: ${'['.repeat(20_000)}`)).toEqual([expect.stringMatching(/^1:\d+ is nested too deeply$/)]);
  });

  test('maps nested deeper than anybody writes', () => {
    expect(where(`a: ${'['.repeat(50)}${']'.repeat(50)}`)).toEqual([
      expect.stringMatching(/nested deeper than 40 levels$/),
    ]);
  });

  test('a file of ten megabytes, before it is parsed', () => {
    const [problem] = problemsOf(`a: "${'x'.repeat(10_000_000)}"`);
    expect(problem?.message).toBe(
      `has 10,000,005 characters; at most ${maxCharacters.toLocaleString('en-US')} are read`,
    );
  });

  test('only the first few of many syntax errors are told', () => {
    expect(where('a: [\n'.repeat(50)).length).toBeLessThanOrEqual(5);
  });
});
