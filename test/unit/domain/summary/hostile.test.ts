import { describe, expect, test } from 'vitest';
import { actionsRunner } from '../../../../src/adapters/actions/runner.ts';
import { normalConfig } from '../../../../src/domain/image/archive/config.ts';
import { sizeReport } from '../../../../src/domain/image/size.ts';
import type { Classification } from '../../../../src/domain/migration/classify/result.ts';
import { sarif } from '../../../../src/domain/migration/classify/sarif.ts';
import { describeFailure } from '../../../../src/domain/migration/failure.ts';
import { failureLines } from '../../../../src/domain/report/failure-lines.ts';
import type { FinalDocument } from '../../../../src/domain/report/final-document.ts';
import { annotationsOf } from '../../../../src/domain/summary/annotations.ts';
import { pullRequestComment } from '../../../../src/domain/summary/comment.ts';
import { runFacts } from '../../../../src/domain/summary/facts.ts';
import { rollbackIssue } from '../../../../src/domain/summary/issue.ts';
import { jobSummary } from '../../../../src/domain/summary/job-summary.ts';
import { readTestReport } from '../../../../src/domain/tests/read-report.ts';
import { testsSeen } from '../../../../src/domain/tests/judge.ts';
import { RolledBack } from '../../../../src/errors.ts';
import { hostileTexts } from '../../../harness/hostile.ts';
import { linesOf, readLog } from '../../../harness/log.ts';
import { rolledBack, rolledBackEvents } from './documents.ts';

/** As a test runner writes it, which cannot write every character either. */
const inXml = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- XML has no way to say them
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replace(/[<>&"'\r\n\t]/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** A run in which everything that comes from outside says this. */
function runOf(text: string): { readonly document: FinalDocument; readonly error: RolledBack } {
  const name = inXml(text);
  const report = readTestReport(
    'junit',
    `<testsuite name="${name}" file="${name}"><testcase name="${name}" line="3"><failure message="${name}">${name}</failure></testcase></testsuite>`,
    '/',
  );
  if (report.kind !== 'tests') throw new Error(`the report was not read: ${JSON.stringify(report)}`);
  const rules = { expectsTests: true, expectsCoverage: false, minCoverage: 0, critical: [] };
  const size = sizeReport([{ digest: 'sha256:1', sizeBytes: 9, step: text }], null, {
    maxBytes: 1,
    maxGrowth: null,
  } as never);
  const message = describeFailure({
    kind: 'refused',
    place: { path: text, line: 1, column: 1 } as never,
    statement: text,
    sqlState: text,
    message: text,
    detail: text,
    hint: text,
  });
  const error = new RolledBack('MIGRATION_FAILED', message, { hint: text });
  const result = {
    tests: testsSeen(report.cases, [], rules),
    image: { size, policy: [{ rule: 'x', severity: 'gate', file: text, line: 2, message: text, mend: text }] },
    statements: [{ file: text, line: 4, class: 'dangerous', reason: text }],
    release: { version: text, commit: text },
    rehearsal: { rollback: 'impossible', reason: text, migrations: [{ version: text, name: text, durationMs: 1 }] },
    notes: text,
    next: text,
    url: text,
    error: { message, hint: text, problems: [{ path: text, message: text, file: text, line: 1, column: 1 }] },
  };
  return { document: { ...rolledBack, code: 'MIGRATION_FAILED', result } as FinalDocument, error };
}

/** Markdown outside of blocks of code, which nothing can end from inside. */
const outside = (page: string): string => page.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '');

const cases = hostileTexts.map((text, index) => ({ index, text }));

describe('names of tests, words of a database, steps of an image, places and reasons', () => {
  test('are tried with more than 200 texts', () => expect(cases.length).toBeGreaterThan(200));

  test.each(cases)('hostile text $index stays text on every page', ({ text }) => {
    const { document } = runOf(text);
    const events = rolledBackEvents.map((event) => (event.type === 'warning' ? { ...event, text } : event));
    const facts = runFacts(document, events);
    const where = { environment: text, marker: '<!-- m -->', runUrl: null };
    const pages = [
      jobSummary({ facts, events, report: null, runUrl: null }),
      pullRequestComment(facts, events, where),
      rollbackIssue(facts, where).body,
    ];
    for (const page of pages.map(outside)) {
      expect(page).not.toMatch(/<(?!\/?(?:code|details|summary)>|!-- m -->)/);
      expect(page).not.toMatch(/@\w|\]\(|!\[|##\[/);
      expect(page).not.toMatch(/^\s*::/m);
    }
  });

  test.each(cases)('hostile text $index commands nothing as an annotation or a line of the log', ({ text }) => {
    const { document, error } = runOf(text);
    let written = '';
    const stream = { write: (chunk: string | Uint8Array) => (written += String(chunk)) !== '' };
    const runner = actionsRunner({}, stream, { write: stream.write });
    const annotations = annotationsOf(runFacts(document, []), []);
    for (const annotation of annotations) runner.annotate(annotation);
    for (const { spans } of failureLines(error)) stream.write(`${spans.map((span) => span.text).join('')}\n`);
    runner.end();
    const { commands } = readLog(linesOf(written));
    expect(commands.map(({ name }) => name)).toEqual(annotations.map(({ level }) => level));
    expect(commands.length).toBeGreaterThan(3);
  });

  test.each(cases)('hostile text $index is one plain message of code scanning', ({ text }) => {
    const statement = { ...statementOf, file: text, sql: text, reason: text, safer: text };
    const found: Classification = {
      engine: 'postgres',
      mode: 'observed',
      server: null,
      class: 'dangerous',
      statements: [statement],
    };
    const { runs } = JSON.parse(sarif(found, '1.0.0')) as {
      readonly runs: readonly { readonly results: readonly { readonly message: { readonly text: string } }[] }[];
    };
    expect(runs[0]?.results[0]?.message.text).not.toMatch(/(?!\n)\p{Cc}|(?<!\\)\[|##\[/u);
  });

  test.each(cases)('hostile text $index as a label of a base image is kept in the image, as it was', ({ text }) => {
    const raw = { config: { Labels: { theirs: text } }, rootfs: {}, history: [] };
    const config = normalConfig(raw as never, { epochSeconds: 0, diffIds: [], labels: { ours: text } });
    expect(config['config']).toMatchObject({ Labels: { theirs: text, ours: text } });
  });
});

const statementOf = {
  file: '',
  line: 1,
  column: 1,
  sql: '',
  class: 'dangerous',
  lock: null,
  algorithm: null,
  relations: [],
  blocks: [],
  scan: null,
  rewrite: null,
  drops: [],
  rows: null,
  ms: null,
  predictedMs: null,
  rules: [],
  reason: '',
  safer: null,
} as const;
