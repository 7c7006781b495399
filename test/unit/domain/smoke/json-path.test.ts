import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookUp, parseJsonPath, sameJson } from '../../../../src/domain/smoke/json-path.ts';

const document = { status: 'ok', items: [{ 'first name': 'Ada', tags: [] }], nothing: null };

describe('a path into a JSON document', () => {
  test.each([
    ['$', document],
    ['$.status', 'ok'],
    ['status', 'ok'],
    ['items[0].tags', []],
    ["$.items[0]['first name']", 'Ada'],
    ['$["nothing"]', null],
  ])('%s finds its value', (text, value) => {
    const path = parseJsonPath(text);

    expect(path).not.toBeNull();
    expect(lookUp(document, path ?? [])).toEqual({ found: true, value });
  });

  test.each(['$.absent', 'items[1]', 'items.length', 'status.length', 'nothing.more', 'toString', '__proto__'])(
    '%s finds nothing, whatever JavaScript objects inherit',
    (text) => {
      expect(lookUp(document, parseJsonPath(text) ?? [])).toEqual({ found: false });
    },
  );

  test.each(['$..a', 'a..b', 'items[*]', 'items[-1]', 'a b', '$.a[', 'items[0', '[x]', '.a', 'a.'])(
    '%s is not a path',
    (text) => {
      expect(parseJsonPath(text)).toBeNull();
    },
  );
});

test('JSON values are the same whatever the order of their keys', () => {
  expect(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(sameJson([], {})).toBe(false);
  expect(sameJson('1', 1)).toBe(false);
});

test('a JSON value is the same as what comes back from its text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: true }), (value) => {
      expect(sameJson(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value)))).toBe(true);
    }),
  );
});
