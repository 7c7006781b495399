import { expect, test } from 'vitest';
import { createMask } from '../../../../src/domain/secrets/mask.ts';

test('a secret is hidden wherever it stands in a text', () => {
  const mask = createMask(['hunter22']);

  expect(mask.apply('hunter22 and again: (hunter22)')).toBe('*** and again: (***)');
});

test('a text without a secret stays as it is', () => {
  expect(createMask(['hunter22']).apply('nothing to see')).toBe('nothing to see');
});

test('a value of three characters is not hidden, for it would garble every text', () => {
  expect(createMask(['abc']).apply('abc abcdef')).toBe('abc abcdef');
});

test('the blanks around a secret do not keep it from being found', () => {
  expect(createMask(['  hunter22\n']).apply('got hunter22.')).toBe('got ***.');
});

test('each longer line of a secret of several lines is hidden by itself', () => {
  const mask = createMask(['-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----\n']);

  expect(mask.apply('line: MIIEvQIBADANBg')).toBe('line: ***');
  expect(mask.apply('line: kqhkiG9w0BAQ')).toBe('line: ***');
});

test.each(['', 'a', 'ad', 'adm', 'admin'])(
  'a secret is hidden in base64, also in a basic header of user "%s"',
  (user) => {
    const masked = createMask(['correct horse']).apply(btoa(`${user}:correct horse, battery`));

    const [before = '', after = ''] = masked.split('***');
    expect(masked).toContain('***');
    expect(atob(before.padEnd(Math.ceil(before.length / 4) * 4, 'A'))).not.toContain('correct');
    expect(after.length).toBeLessThanOrEqual(Math.ceil((', battery'.length * 4) / 3) + 3);
  },
);

test('a secret is hidden in base64 that is safe for URLs', () => {
  const secret = 'ÿ?ÿ>~ÿÿ?ÿ';
  const encoded = Buffer.from(secret).toString('base64url');

  expect(encoded).toMatch(/[-_]/);
  expect(createMask([secret]).apply(`token=${encoded}`)).toBe('token=***');
});

test('a secret is hidden in a URL, in a form and in JSON', () => {
  const mask = createMask(['p"a ss&word']);

  expect(mask.apply('?q=p%22a%20ss%26word')).toBe('?q=***');
  expect(mask.apply('q=p%22a+ss%26word')).toBe('q=***');
  expect(mask.apply(JSON.stringify({ q: 'p"a ss&word' }))).toBe('{"q":"***"}');
});

test('the password of a secret URL is hidden when it stands alone, encoded or not', () => {
  const mask = createMask(['postgres://shop:s%40cret-1@db.internal:5432/shop']);

  expect(mask.apply('password "s@cret-1" refused')).toBe('password "***" refused');
  expect(mask.apply('password "s%40cret-1" refused')).toBe('password "***" refused');
});

test('of two secrets that overlap no piece stays readable', () => {
  expect(createMask(['abcdef', 'defghi']).apply('<abcdefghi>')).toBe('<***>');
});

test('of a secret that the edge of a piece cuts in two nothing is shown', () => {
  const mask = createMask(['hunter22']);
  const text = 'aaa hunter22 bbb hunter22 ccc';

  expect(mask.apply(text, 8)).toBe('*** bbb *** ccc');
  expect(mask.apply(text, 0, 20)).toBe('aaa *** bbb ***');
  expect(mask.apply(text, 8, 20)).toBe('*** bbb ***');
  expect(mask.apply(text, 5, 7)).toBe('***');
});

test('a secret that is registered later is hidden from then on', () => {
  const mask = createMask();
  mask.register('hunter22');

  expect(mask.apply('hunter22')).toBe('***');
  expect(mask.longestBytes).toBeGreaterThanOrEqual(8);
});

test('a secret beyond ASCII counts its bytes, not its characters', () => {
  expect(createMask(['schlüsselö']).longestBytes).toBeGreaterThanOrEqual(12);
});
