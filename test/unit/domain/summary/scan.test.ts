import { describe, expect, test } from 'vitest';
import type { FinalDocument } from '../../../../src/domain/report/final-document.ts';
import { scanDocument } from '../../../../src/domain/scan/document.ts';
import type { Finding } from '../../../../src/domain/scan/finding.ts';
import { judgeScan } from '../../../../src/domain/scan/judge.ts';
import { scanSarif } from '../../../../src/domain/scan/sarif.ts';
import { scanLines } from '../../../../src/domain/scan/table.ts';
import { annotationsOf } from '../../../../src/domain/summary/annotations.ts';
import { pullRequestComment } from '../../../../src/domain/summary/comment.ts';
import { runFacts } from '../../../../src/domain/summary/facts.ts';
import { jobSummary } from '../../../../src/domain/summary/job-summary.ts';
import { hostileTexts } from '../../../harness/hostile.ts';

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

function scanned(found: readonly Finding[], base: readonly Finding[] = []) {
  const verdict = judgeScan(found, base, { failOn: 'high', waivers: [], today: '2026-03-01' });
  const placed = verdict.findings.map((judged) => ({ judged, place: { path: 'package-lock.json', line: 12 } }));
  const scan = scanDocument(verdict, {
    subject: 'directory /tmp/x',
    scanner: 'trivy',
    databaseMadeAt: null,
    base: { from: 'the SBOM kept with 1.4.0', why: '' },
    packages: 7,
    placed,
    suppressed: [],
    idleWaivers: [],
  });
  const document: FinalDocument = {
    fairway: '1.0.0',
    command: 'scan',
    outcome: verdict.kind === 'pass' ? 'ok' : 'refused',
    code: 'SCAN_FINDINGS',
    exitCode: 3,
    durationMs: 10,
    stages: [],
    result: { scan },
  };
  return { verdict, placed, facts: runFacts(document, []) };
}

const summary = (facts: ReturnType<typeof scanned>['facts']): string =>
  jobSummary({ facts, events: [], report: null, runUrl: null });
const comment = (facts: ReturnType<typeof scanned>['facts']): string =>
  pullRequestComment(facts, [], { marker: '<!-- m -->', runUrl: null });

describe('a scan on the pages of a run', () => {
  const brought = finding();
  const known = finding({ id: 'CVE-2025-0001', severity: 'medium' });
  const gone = finding({ id: 'CVE-2024-0001' });
  const { facts } = scanned([brought, known], [known, gone]);

  test('the summary has the table with what refuses, what was known, and what is fixed', () => {
    const page = summary(facts);
    expect(page).toContain('### Scan: 1 introduced, 1 disclosed, 1 fixed');
    expect(page).toContain(
      '| ❌ | high | <code>CVE-2026-1000</code> | <code>lodash 4.17.0</code> <code>package-lock.json:12</code> |',
    );
    expect(page).toContain('Fixed: <code>CVE-2024-0001</code>');
  });

  test('the comment names what the pull request introduces, and only that', () => {
    const page = comment(facts);
    expect(page).toContain('Introduced vulnerabilities');
    expect(page).toContain('CVE-2026-1000');
    expect(page).not.toContain('CVE-2025-0001');
  });

  test('what refuses is an error beside its line', () => {
    expect(annotationsOf(facts, [])).toContainEqual({
      level: 'error',
      title: 'CVE-2026-1000 (high)',
      message: 'lodash 4.17.0: prototype pollution (fixed in 4.17.21)',
      file: 'package-lock.json',
      line: 12,
      column: null,
    });
  });
});

describe('whatever a scanner writes into its fields', () => {
  test.each(hostileTexts.map((text, index) => ({ index, text })))('hostile text $index stays text', ({ text }) => {
    const hostile = finding({ id: text, component: text, version: text, title: text, fixedIn: [text], target: text });
    const { facts, verdict, placed } = scanned([hostile]);
    const rows = summary(facts)
      .split('\n')
      .filter((line) => line.startsWith('| ❌ |'));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.match(/(?<!&#\d*)\|/g)).toHaveLength(8);
    for (const page of [summary(facts), comment(facts)]) {
      expect(page).not.toMatch(/^\s*::/m);
      expect(page).not.toMatch(/<(?!\/?(?:code|details|summary)>|!-- m -->)/);
      expect(page).not.toMatch(/@\w|\]\(|##\[/);
    }
    for (const line of scanLines(verdict)) expect(line).not.toMatch(/\p{Cc}|##\[/u);
    const sarif = JSON.parse(scanSarif(placed, '1.0.0')) as { runs: { results: { message: { text: string } }[] }[] };
    expect(sarif.runs[0]?.results[0]?.message.text).not.toMatch(/\p{Cc}|(?<!\\)\[/u);
  });
});
