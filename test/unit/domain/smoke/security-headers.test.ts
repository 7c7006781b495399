import { expect, test } from 'vitest';
import { securityFaults, securityRules } from '../../../../src/domain/smoke/security-headers.ts';

const good = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  server: 'nginx',
};

test('an answer that says all of it has no faults', () => {
  expect(securityFaults(securityRules, good)).toEqual([]);
});

test('an answer that says nothing lacks all but what it does not give away', () => {
  expect(securityFaults(securityRules, {})).toEqual([
    'strict-transport-security is missing',
    'content-security-policy is missing',
    'x-content-type-options is not "nosniff"',
    'neither x-frame-options nor frame-ancestors keeps the page out of frames',
    'referrer-policy is missing',
  ]);
});

test('a promise that is too short, and names of software, are faults', () => {
  const weak = {
    ...good,
    'strict-transport-security': 'max-age=300',
    'referrer-policy': 'unsafe-url',
    'x-powered-by': 'Express',
  };

  expect(securityFaults(securityRules, weak)).toEqual([
    'strict-transport-security lasts 300 s, expected at least 15552000',
    'referrer-policy is "unsafe-url"',
    'x-powered-by names the software (Express)',
  ]);
  expect(securityFaults(['no-software-names'], { server: 'nginx/1.22.1' })).toEqual([
    'server names a version (nginx/1.22.1)',
  ]);
});

test('only the rules that are asked for are judged', () => {
  expect(securityFaults(['referrer-policy'], {})).toEqual(['referrer-policy is missing']);
});
