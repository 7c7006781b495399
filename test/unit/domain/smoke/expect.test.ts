import { describe, expect, test } from 'vitest';
import type { Answer, Expectation } from '../../../../src/domain/smoke/expect.ts';
import { findFault } from '../../../../src/domain/smoke/expect.ts';

const nothing: Expectation = {
  status: [{ from: 200, to: 299 }],
  contains: [],
  matches: [],
  json: {},
  responseHeaders: {},
};
const answer: Answer = {
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: '{"status":"ok","items":[{"id":7}]}',
  durationMs: 40,
};

const fault = (expected: Partial<Expectation>, seen: Partial<Answer> = {}): string | null =>
  findFault({ ...nothing, ...expected }, { ...answer, ...seen });

test('an answer with all that was expected has no fault', () => {
  const all: Partial<Expectation> = {
    contains: ['"ok"'],
    matches: ['"id":\\d+'],
    json: { '$.status': { equals: 'ok' }, 'items[0].id': { exists: true }, error: { exists: false } },
    responseHeaders: { 'Content-Type': { contains: 'json' }, etag: { exists: false } },
    maxLatency: 40,
  };

  expect(fault(all)).toBeNull();
});

describe('the fault says what was seen and what was expected', () => {
  test.each<[string, string | null, string]>([
    [
      'status',
      fault({}, { status: 500, body: 'no such\n  column' }),
      'answered 500, expected 200-299; it said: no such column',
    ],
    [
      'several statuses',
      fault(
        {
          status: [
            { from: 200, to: 200 },
            { from: 400, to: 499 },
          ],
        },
        { status: 302, headers: { location: '/login' }, body: '' },
      ),
      'answered 302 (redirect to /login), expected 200 or 400-499',
    ],
    ['body text', fault({ contains: ['welcome'] }), 'the body does not contain "welcome"'],
    ['body pattern', fault({ matches: ['^<html'] }), 'the body does not match ^<html'],
    ['JSON value', fault({ json: { 'items[0].id': { equals: 8 } } }), 'items[0].id is 7, expected 8'],
    ['missing JSON value', fault({ json: { total: { equals: 1 } } }), 'total is missing, expected 1'],
    ['no JSON at all', fault({ json: { a: { exists: true } } }, { body: '<html>' }), 'the body is not JSON: <html>'],
    [
      'header',
      fault({ responseHeaders: { 'x-frame-options': { equals: 'DENY' } } }),
      'header x-frame-options is missing',
    ],
    [
      'header value',
      fault({ responseHeaders: { 'content-type': { equals: 'text/html' } } }),
      'header content-type is "application/json; charset=utf-8", expected "text/html"',
    ],
    ['latency', fault({ maxLatency: 100 }, { durationMs: 180.4 }), 'took 180 ms, at most 100 ms are allowed'],
  ])('%s', (_, told, sentence) => {
    expect(told).toBe(sentence);
  });
});

test('a long page is quoted by its first 200 characters', () => {
  const told = fault({}, { status: 500, body: 'x'.repeat(5_000) }) ?? '';

  expect(told).toBe(`answered 500, expected 200-299; it said: ${'x'.repeat(200)}...`);
});

test('of a failing page its title is quoted, and not its head', () => {
  const body = '<!doctype html><html><head><meta charset="utf-8"><title>Something broke</title></head></html>';

  expect(fault({}, { status: 500, headers: { 'content-type': 'text/html' }, body })).toBe(
    'answered 500, expected 200-299; it said: Something broke',
  );
});
