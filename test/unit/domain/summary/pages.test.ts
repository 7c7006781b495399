import { describe, expect, test } from 'vitest';
import { annotationsOf } from '../../../../src/domain/summary/annotations.ts';
import { commentMarker, pullRequestComment } from '../../../../src/domain/summary/comment.ts';
import { runFacts } from '../../../../src/domain/summary/facts.ts';
import { fit, utf8Bytes } from '../../../../src/domain/summary/fit.ts';
import { rollbackIssue } from '../../../../src/domain/summary/issue.ts';
import { jobSummary } from '../../../../src/domain/summary/job-summary.ts';
import { escapeMarkdown, inlineCode } from '../../../../src/domain/summary/markdown.ts';
import type { FinalDocument } from '../../../../src/domain/report/final-document.ts';
import type { RunEvent } from '../../../../src/ports.ts';
import { hostileTexts } from '../../../harness/hostile.ts';
import { rolledBack, rolledBackEvents, rolloutEvents, shipped } from './documents.ts';

const page = (document: FinalDocument, events: readonly RunEvent[] = [], limit?: number) =>
  jobSummary({ facts: runFacts(document, events), events, report: '/tmp/report.json', runUrl: null }, limit);

const classified = (count: number, reason = 'rewrites the table'): FinalDocument => ({
  ...shipped,
  command: 'classify',
  outcome: 'refused',
  result: {
    class: 'dangerous',
    statements: Array.from({ length: count }, (_, index) => ({
      file: `migrations/${index}.sql`,
      line: index + 1,
      class: index % 2 === 0 ? 'dangerous' : 'safe',
      reason,
    })),
  },
});

describe('the summary of a run', () => {
  test('a released version: what, where, how long, which way back', () => {
    const text = page(shipped, rolloutEvents);
    expect(text).toContain('## ✅ fairway ship: ok');
    expect(text).toContain('| Version | <code>1.4.0</code> |');
    expect(text).toContain('| Tag | <code>v1.4.0</code> |');
    expect(text).toContain('| <code>0003&#95;featured</code> | 12 ms |');
    expect(text).toContain('Rollback proven');
    expect(text).toContain('### Rollout: pass');
    expect(text).toContain('  line [5.0, 25.0, 100.0]');
  });

  test('a rollback: code, numbers, next step, evidence', () => {
    const text = page(rolledBack, rolledBackEvents);
    expect(text).toContain('## ❌ fairway ship: rolled-back');
    expect(text).toContain('<code>CANARY&#95;ERROR&#95;RATE</code>');
    expect(text).toContain('20.0 % of 100 requests failed');
    expect(text).toContain('fairway logs 1.4.0');
    expect(text).toContain('| 0 % | 100 | 20 |');
  });

  test('a message of several lines keeps them', () => {
    const failed = { ...shipped, result: { error: { message: 'it failed:\n  | one\n  | two' } } };
    expect(page(failed)).toContain('it failed&#58;\n\n```\n  | one\n  | two\n```');
  });

  test('10,000 statements and warnings stay below 1 MiB, and the page says that it was shortened', () => {
    const events = Array.from({ length: 10_000 }, (): RunEvent => ({ type: 'warning', text: 'x'.repeat(500) }));
    const text = page(classified(10_000, 'y'.repeat(300)), events);
    expect(utf8Bytes(text)).toBeLessThanOrEqual(1_048_576);
    expect(text).toContain('Shortened');
    expect(text).toContain('/tmp/report.json');
    expect(text).toContain('## ❌ fairway classify: refused');
  });

  test('a limit that nothing fits into still gives the beginning and the remark', () => {
    const text = page(classified(50), [], 600);
    expect(utf8Bytes(text)).toBeLessThanOrEqual(600);
    expect(text).toContain('Shortened');
  });
});

describe('the comment on a pull request', () => {
  const marker = commentMarker('ci/plan/ship');
  const comment = (document: FinalDocument, events: readonly RunEvent[] = []) =>
    pullRequestComment(runFacts(document, events), events, { marker, runUrl: 'https://github.com/o/n/actions/runs/1' });

  test('begins with its marker, by which it is found again', () => {
    expect(comment(shipped).startsWith('<!-- fairway:ci/plan/ship -->')).toBe(true);
    expect(commentMarker('a --> b')).toBe('<!-- fairway:a_--__b -->');
  });

  test('next version, changelog and migrations', () => {
    const planned = {
      ...shipped,
      result: { next: '1.5.0', level: 'minor', notes: '### Added\n- search', pendingMigrations: ['0004_x'] },
    };
    const text = comment(planned);
    expect(text).toContain('Next version: <code>1.5.0</code> (minor)');
    expect(text).toContain('- search');
    expect(text).toContain('Migrations: <code>0004&#95;x</code>');
  });

  test('is at most 65,536 characters, whatever there is to say', () => {
    const notes = 'n'.repeat(200_000);
    const text = comment({ ...classified(5_000), result: { ...classified(5_000).result, notes } });
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toContain('Shortened');
  });
});

describe('annotations', () => {
  const of = (document: FinalDocument, events: readonly RunEvent[] = []) =>
    annotationsOf(runFacts(document, events), events);

  test('ten of each level at most; the last says how many more there are', () => {
    const warnings = Array.from({ length: 30 }, (_, index): RunEvent => ({ type: 'warning', text: `w${index}` }));
    const all = of(classified(100), warnings);
    expect(all.filter(({ level }) => level === 'error')).toHaveLength(10);
    expect(all.filter(({ level }) => level === 'warning')).toHaveLength(10);
    expect(all.findLast(({ level }) => level === 'error')?.message).toBe('41 more are in the summary and in the log.');
  });

  test('a problem of the configuration stands at its line', () => {
    const problems = [
      { path: 'deploy.hold', file: 'fairway.yml', line: 12, column: 3, message: 'expected a duration' },
    ];
    const failed = { ...shipped, code: 'CONFIG_INVALID', result: { error: { message: 'wrong', problems } } };
    expect(of(failed)[1]).toEqual({
      level: 'error',
      title: 'CONFIG_INVALID: deploy.hold',
      message: 'expected a duration',
      file: 'fairway.yml',
      line: 12,
      column: 3,
    });
  });
});

test('the issue after a rollback holds reason, evidence and questions', () => {
  const facts = runFacts(rolledBack, rolledBackEvents);
  const issue = rollbackIssue(facts, { environment: 'production', marker: commentMarker('rollback'), runUrl: null });
  expect(issue.title).toBe('Rolled back: 1.4.0 in production (CANARY_ERROR_RATE)');
  expect(issue.body).toContain('20.0 % of 100 requests failed');
  expect(issue.body).toContain('| 0 % | 100 | 20 |');
  expect(issue.body).toContain('- [ ] Why did no test or rehearsal see it?');
});

test('the issue stays below 65,536 characters, whatever the evidence', () => {
  const long = { ...rolledBack, result: { error: { message: 'm'.repeat(100_000), hint: 'h'.repeat(100_000) } } };
  const rollout = rolledBackEvents.flatMap((event) => (event.type === 'rollout' ? [event] : []));
  const events = Array.from({ length: 5_000 }, (_, index): RunEvent => {
    const text = 't'.repeat(2_000);
    return { type: 'rollout', text, record: { ...(rollout[0]?.record as object), weightPercent: index % 100, text } };
  });
  const facts = runFacts(long, events);
  const issue = rollbackIssue(facts, { environment: 'e'.repeat(500), marker: commentMarker('m'), runUrl: null });
  expect(issue.body.length).toBeLessThanOrEqual(65_536);
  expect(issue.body).toContain('Shortened');
  expect(issue.title.length).toBeLessThanOrEqual(250);
});

describe('text from outside in Markdown', () => {
  test.each(hostileTexts.map((text, index) => ({ index, text })))('hostile text $index stays text', ({ text }) => {
    const escaped = escapeMarkdown(text);
    expect(escaped).not.toMatch(/[<>`|*_[\]!~$]/);
    expect(escaped).not.toMatch(/[\r\n]/);
    expect(escaped).not.toMatch(/@\w/);
    expect(inlineCode(text)).toMatch(/^<code>[^<>|`\n]*<\/code>$/);
  });
});

test('sections give way from the highest rank on', () => {
  const sections = [
    { full: 'head', rank: 0 },
    { full: 'a'.repeat(50), rank: 1 },
    { full: 'b'.repeat(50), short: 'b', rank: 2 },
  ];
  const size = (text: string) => text.length;
  expect(fit(sections, 200, size, 'cut')).toContain('b'.repeat(50));
  expect(fit(sections, 80, size, 'cut')).toBe(`head\n\n${'a'.repeat(50)}\n\nb\n\ncut\n`);
  expect(fit(sections, 20, size, 'cut')).toBe('head\n\nb\n\ncut\n');
});

test('facts are read without trusting the form of a result', () => {
  const odd = { ...shipped, result: { release: 'x', statements: [null, 1], rehearsal: [], error: 5, artifact: 7 } };
  expect(runFacts(odd, [])).toMatchObject({ version: null, artifact: null, failure: { message: '', hint: null } });
});
