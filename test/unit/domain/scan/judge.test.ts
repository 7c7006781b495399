import { describe, expect, test } from 'vitest';
import { exploitationOf } from '../../../../src/domain/scan/exploitation.ts';
import type { Finding } from '../../../../src/domain/scan/finding.ts';
import { fingerprintOf, identityOf } from '../../../../src/domain/scan/finding.ts';
import { judgeScan, type Waiver } from '../../../../src/domain/scan/judge.ts';

const finding = (more: Partial<Finding> = {}): Finding => ({
  kind: 'vulnerability',
  id: 'CVE-2026-1000',
  aliases: [],
  severity: 'high',
  component: 'lodash',
  purl: 'pkg:npm/lodash',
  version: '4.17.0',
  fixedIn: ['4.17.21'],
  target: 'package-lock.json',
  line: null,
  published: null,
  title: 'prototype pollution',
  ...more,
});

const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  id: 'CVE-2026-1000',
  component: null,
  owner: 'payments',
  reason: 'not reachable',
  expires: '2026-06-30',
  ...more,
});

const rules = { failOn: 'high', waivers: [], today: '2026-03-01' } as const;

describe('the two-sided baseline', () => {
  test('what this change brings refuses it', () => {
    const { kind, findings } = judgeScan([finding()], [], rules);
    expect([kind, findings[0]?.since]).toEqual(['fail', 'introduced']);
  });

  test('what the last release has too was disclosed since, and refuses nothing', () => {
    const { kind, findings } = judgeScan([finding({ version: '4.17.5' })], [finding()], rules);
    expect([kind, findings[0]?.since]).toEqual(['pass', 'disclosed']);
  });

  test('what only the last release has is fixed', () => {
    expect(judgeScan([], [finding()], rules)).toEqual({ kind: 'pass', findings: [], fixed: [finding()] });
  });

  test('before the first release everything is its own', () => {
    expect(judgeScan([finding()], null, rules).kind).toBe('fail');
  });

  test('below the limit it is shown and refuses nothing', () => {
    const { kind, findings } = judgeScan([finding({ severity: 'medium' })], [], rules);
    expect([kind, findings.length]).toEqual(['pass', 1]);
  });
});

describe('a waiver', () => {
  test.each([
    ['holds', '2026-06-30', 'pass'],
    ['ends-soon', '2026-03-15', 'pass'],
    ['ends-soon', '2026-03-01', 'pass'],
    ['expired', '2026-02-28', 'fail'],
    ['expired', 'some day', 'fail'],
  ] as const)('%s when it expires on %s: %s', (state, expires, kind) => {
    const verdict = judgeScan([finding()], [], { ...rules, waivers: [waiver({ expires })] });
    expect([verdict.findings[0]?.waiver?.state, verdict.kind]).toEqual([state, kind]);
  });

  test('that ended is a finding again, though the last release has it too', () => {
    const verdict = judgeScan([finding()], [finding()], { ...rules, waivers: [waiver({ expires: '2026-02-28' })] });
    expect(verdict.findings[0]).toMatchObject({ since: 'disclosed', blocks: 'waiver-expired' });
  });

  test('for one package does not cover another', () => {
    const waivers = [waiver({ component: 'pkg:npm/minimist' })];
    expect(judgeScan([finding()], [], { ...rules, waivers }).kind).toBe('fail');
  });

  test('by another name of the same vulnerability counts', () => {
    const waivers = [waiver({ id: 'GHSA-aaaa-bbbb-cccc' })];
    const found = [finding({ aliases: ['GHSA-aaaa-bbbb-cccc'] })];
    expect(judgeScan(found, [], { ...rules, waivers }).kind).toBe('pass');
  });
});

describe('what the last release has too', () => {
  const disclosedAfterDays = 30;

  test('refuses the change once it has been public for longer than it may', () => {
    const verdict = (published: string) =>
      judgeScan([finding({ published })], [finding()], { ...rules, disclosedAfterDays }).findings[0]?.blocks;
    expect([verdict('2026-01-30'), verdict('2026-01-31')]).toEqual(['overdue', null]);
  });

  test('counts from the day on which it was first seen here, when nobody says when it was published', () => {
    const firstSeen = new Map([[fingerprintOf(finding()), '2026-01-01']]);
    const verdict = judgeScan([finding()], [finding()], { ...rules, disclosedAfterDays, firstSeen });
    expect(verdict.kind).toBe('fail');
  });
});

test('what is exploited comes first, then what is likely, then what is severe', () => {
  const names = ['CVE-1', 'CVE-2', 'CVE-3', 'CVE-4'];
  const found = names.map((id) => finding({ id, severity: id === 'CVE-1' ? 'critical' : 'high' }));
  const exploitation = exploitationOf(
    new Set(['CVE-4']),
    new Map([
      ['CVE-3', 0.9],
      ['CVE-2', 0.1],
    ]),
  );
  const { findings } = judgeScan(found, [], { ...rules, exploitation });
  expect(findings.map((one) => one.finding.id)).toEqual(['CVE-4', 'CVE-3', 'CVE-2', 'CVE-1']);
});

test('the table has what refuses first, then the worst, then what can be fixed', () => {
  const found = [
    finding({ id: 'CVE-4', severity: 'low' }),
    finding({ id: 'CVE-3', severity: 'critical', fixedIn: [] }),
    finding({ id: 'CVE-1', severity: 'high' }),
    finding({ id: 'CVE-2', severity: 'critical' }),
  ];
  const base = [finding({ id: 'CVE-2' }), finding({ id: 'CVE-3' })];
  const { findings } = judgeScan(found, base, rules);
  expect(findings.map((one) => one.finding.id)).toEqual(['CVE-1', 'CVE-2', 'CVE-3', 'CVE-4']);
});

test('a finding has one identity in an image, its archive and its SBOM, and under each of its names', () => {
  const inImage = finding({ target: 'shop:1.4.0 (debian 12)', aliases: ['GHSA-x'] });
  const inSbom = finding({ target: 'base.cdx.json', version: '4.16.0', id: 'GHSA-x', aliases: ['CVE-2026-1000'] });
  expect(identityOf(inImage)).toBe(identityOf(inSbom));
});
