import { percent, type TestsSeen } from '../tests/judge.ts';
import type { Annotation } from './annotations.ts';
import { escapeMarkdown, inlineCode, table } from './markdown.ts';

const mostRows = 50;

/** The part of a final document, when it has one; every text of it came from a report and may say anything. */
export function testFacts(tests: unknown): TestsSeen | null {
  const { totals, failed, coverage } = Object(tests) as Partial<TestsSeen>;
  if (totals === undefined || coverage === undefined || !Array.isArray(failed)) return null;
  const whole = failed.filter(({ name, suite, message }) =>
    [name, suite, message].every((text) => typeof text === 'string'),
  );
  return { totals, coverage, failed: whole, missingCritical: [] };
}

/** Totals, coverage and what failed, for the summary of a run and the comment on a pull request. */
export function testsSection(tests: TestsSeen | null): string {
  if (tests === null) return '';
  const { totals, coverage, failed } = tests;
  const counted =
    totals === null
      ? ''
      : `${totals.passed} of ${totals.tests} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
  const covered = coverage === null ? '' : `${percent(coverage.share)} of ${coverage.lines} lines covered`;
  const rows = failed
    .slice(0, mostRows)
    .map(({ suite, name, file, line, message }) => [
      escapeMarkdown(suite === '' ? name : `${suite} > ${name}`),
      file === null ? '' : inlineCode(`${file}${line === null ? '' : `:${line}`}`),
      escapeMarkdown(message.slice(0, 300)),
    ]);
  const more = failed.length - rows.length;
  return [
    `### Tests: ${[counted, covered].filter((part) => part !== '').join(', ')}`,
    rows.length === 0 ? '' : table(['Failed', 'Where', 'Why'], rows),
    more > 0 ? `*${more} more are in the document.*` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A remark beside each failed test. */
export function testAnnotations(tests: TestsSeen | null): readonly Annotation[] {
  return (tests?.failed ?? []).map(({ suite, name, file, line, message }) => ({
    level: 'error',
    title: `Test failed: ${suite === '' ? name : `${suite} > ${name}`}`,
    message: message === '' ? 'the report says no more' : message,
    file,
    line,
    column: null,
  }));
}
