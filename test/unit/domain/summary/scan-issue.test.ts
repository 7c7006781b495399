import { expect, test } from 'vitest';
import type { FindingDocument } from '../../../../src/domain/scan/document.ts';
import { scanIssue } from '../../../../src/domain/summary/scan-issue.ts';
import { shipped } from './documents.ts';

const finding: FindingDocument = {
  id: 'CVE-2026-0001',
  kind: 'vulnerability',
  severity: 'critical',
  component: 'minimist',
  version: '0.0.8',
  fixedIn: ['1.2.6'],
  title: 'of a test',
  since: 'introduced',
  blocks: 'introduced',
  waiver: null,
  isKnownExploited: true,
  epss: 0.71,
  file: null,
  line: null,
  fingerprint: 'f'.repeat(64),
};
const where = { marker: '<!-- m -->', runUrl: 'https://github.com/o/r/actions/runs/1' };
const issue = (findings: readonly FindingDocument[]) =>
  scanIssue({ document: shipped, scan: { verdict: 'fail', base: null, findings, fixed: [] } }, where);

test('the issue about a released version begins with its marker, names the worst and links the run', () => {
  const told = issue([finding]);
  expect(told).toMatchObject({ title: 'Scan of the released version: 1 finding, worst critical', isOpen: true });
  expect(told?.body.startsWith('<!-- m -->\n')).toBe(true);
  expect(told?.body).toContain('known exploited, EPSS 71');
  expect(told?.body).toContain('([log](https://github.com/o/r/actions/runs/1))');
});

test('what somebody answers for does not keep it open', () => {
  const waiver = { owner: 'payments', reason: 'not reachable', expires: '2026-12-31', state: 'holds' };
  expect(issue([{ ...finding, blocks: null, waiver }])?.isOpen).toBe(false);
  expect(issue([{ ...finding, waiver: { ...waiver, state: 'expired' } }])?.isOpen).toBe(true);
});

test('a scan that did not happen says nothing about the version', () => {
  expect(scanIssue({ document: shipped, scan: null }, where)).toBe(null);
});
