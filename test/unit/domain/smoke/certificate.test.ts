import { expect, test } from 'vitest';
import { certificateFault } from '../../../../src/domain/smoke/certificate.ts';

const now = new Date('2026-06-01T12:00:00Z');
const good = {
  issuer: 'Example CA',
  names: ['shop.example', '*.shop.example'],
  validFrom: new Date('2026-05-01T00:00:00Z'),
  validTo: new Date('2026-07-31T12:00:00Z'),
  distrust: null,
};
const rules = { name: 'shop.example', minDays: 30, isChainJudged: true };

test('a certificate for the name, trusted, with 60 days left is fine', () => {
  expect(certificateFault(good, rules, now)).toBeNull();
});

test('too few days left is told with the day', () => {
  const soon = { ...good, validTo: new Date('2026-06-21T12:00:00Z') };

  expect(certificateFault(soon, rules, now)).toBe('expires in 20 days (2026-06-21), expected at least 30');
});

test('one that has expired, or is not valid yet, is told so before anything else', () => {
  const old = { ...good, names: [], validTo: new Date('2026-05-30T12:00:00Z') };
  const early = { ...good, validFrom: new Date('2026-06-02T00:00:00Z') };

  expect(certificateFault(old, rules, now)).toBe('expired 2 days ago (2026-05-30)');
  expect(certificateFault(early, rules, now)).toBe('is valid only from 2026-06-02 on');
});

test('a star stands for exactly one label', () => {
  expect(certificateFault(good, { ...rules, name: 'www.shop.example' }, now)).toBeNull();
  expect(certificateFault(good, { ...rules, name: 'a.b.shop.example' }, now)).toBe(
    'is for shop.example, *.shop.example, not for a.b.shop.example',
  );
});

test('who issued it counts only when the chain is judged', () => {
  const own = { ...good, distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT' };

  expect(certificateFault(own, rules, now)).toBe('is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT (issued by Example CA)');
  expect(certificateFault(own, { ...rules, isChainJudged: false }, now)).toBeNull();
});
