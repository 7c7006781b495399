import { count } from '../report/quantities.ts';
import { type Coverage, mergeCoverage, shareOf, type TestCase } from './report.ts';

/** What all runs of the tests together came to. */
export interface TestsSeen {
  /** Null when no report of the type junit is declared. */
  readonly totals: {
    readonly tests: number;
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly durationMs: number;
  } | null;
  readonly failed: readonly TestCase[];
  /** Null when no report of coverage is declared. */
  readonly coverage: {
    /** A fraction. */
    readonly share: number;
    readonly lines: number;
    readonly covered: number;
    /** Files with the most lines that nothing reached. */
    readonly worst: readonly { readonly file: string; readonly missed: number }[];
  } | null;
  readonly missingCritical: readonly { readonly name: string; readonly why: string }[];
}

export interface TestRules {
  readonly expectsTests: boolean;
  readonly expectsCoverage: boolean;
  /** As a fraction. */
  readonly minCoverage: number;
  readonly critical: readonly string[];
}

export interface TestRefusal {
  readonly code: 'TESTS_FAILED' | 'NO_TESTS_RAN' | 'CRITICAL_TESTS_MISSING' | 'COVERAGE_TOO_LOW';
  readonly message: string;
  readonly hint: string;
}

const worstFiles = 5;

export function testsSeen(cases: readonly TestCase[], coverages: readonly Coverage[], rules: TestRules): TestsSeen {
  const of = (outcome: TestCase['outcome']): readonly TestCase[] => cases.filter((one) => one.outcome === outcome);
  const merged = mergeCoverage(coverages);
  const share = shareOf(merged);
  const sums = [...merged.values()];
  const worst = Array.from(merged, ([file, { lines, covered }]) => ({ file, missed: lines - covered }))
    .filter(({ missed }) => missed > 0)
    .toSorted((a, b) => b.missed - a.missed);
  return {
    totals: rules.expectsTests
      ? {
          tests: cases.length,
          passed: of('passed').length,
          failed: of('failed').length,
          skipped: of('skipped').length,
          durationMs: cases.reduce((sum, { durationMs }) => sum + durationMs, 0),
        }
      : null,
    failed: of('failed'),
    coverage:
      share === null
        ? null
        : {
            share,
            lines: sums.reduce((all, { lines }) => all + lines, 0),
            covered: sums.reduce((all, { covered }) => all + covered, 0),
            worst: worst.slice(0, worstFiles),
          },
    missingCritical: rules.critical.flatMap((name) => missing(name, cases)),
  };
}

/** By its name alone, or with its suite before it: `orders > are kept once`. */
function missing(name: string, cases: readonly TestCase[]) {
  const found = cases.filter((one) =>
    [one.name, `${one.suite} > ${one.name}`, `${one.suite}.${one.name}`].includes(name),
  );
  if (found.length === 0) return [{ name, why: 'is in no report' }];
  const bad = found.find(({ outcome }) => outcome !== 'passed');
  return bad === undefined ? [] : [{ name, why: bad.outcome === 'failed' ? 'failed' : 'was skipped' }];
}

/** Why tests whose commands all succeeded are no proof after all; null when they are one. */
export function refusalOf(seen: TestsSeen, rules: TestRules): TestRefusal | null {
  const { totals, coverage, missingCritical } = seen;
  if (totals !== null && totals.failed > 0) {
    return {
      code: 'TESTS_FAILED',
      message: `the commands succeeded, but their reports name ${count(totals.failed, 'failed test')}:${namesOf(seen)}`,
      hint: 'Correct them, and let the command fail when a test does.',
    };
  }
  if (totals !== null && totals.passed === 0) {
    return {
      code: 'NO_TESTS_RAN',
      message: `no test passed: ${count(totals.tests, 'test')} in the reports, ${totals.skipped} skipped`,
      hint: 'See that the command finds the tests, and that it writes the report that test.reports names.',
    };
  }
  const [first] = missingCritical;
  if (first !== undefined) {
    const lines = missingCritical.map(({ name, why }) => `\n  "${name}" ${why}`).join('');
    return {
      code: 'CRITICAL_TESTS_MISSING',
      message: `${count(missingCritical.length, 'critical test')} did not pass:${lines}`,
      hint: 'Bring it back, or take its name out of test.critical.',
    };
  }
  if (rules.expectsCoverage && (coverage?.share ?? 0) < rules.minCoverage) {
    const worst =
      coverage?.worst.map(({ file, missed }) => `\n  ${file}: ${count(missed, 'line')} not reached`).join('') ?? '';
    return {
      code: 'COVERAGE_TOO_LOW',
      message: `tests reach ${percent(coverage?.share ?? 0)} of the lines (limit ${percent(rules.minCoverage)}):${worst}`,
      hint: 'Test what is not reached, or change test.coverage on purpose.',
    };
  }
  return null;
}

const shownNames = 10;

/** Each with its place, for a message. */
export function namesOf({ failed }: Pick<TestsSeen, 'failed'>): string {
  const lines = failed.slice(0, shownNames).map(({ suite, name, file, line, message }) => {
    const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
    return `\n  ${suite === '' || suite === 'test' ? '' : `${suite} > `}${name}${place}${message === '' ? '' : `: ${message.slice(0, 200)}`}`;
  });
  const more = failed.length - shownNames;
  return `${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`;
}

export const percent = (share: number): string => `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;

/** One line for people. */
export function testsLine({ totals, coverage }: TestsSeen): string {
  const parts = [
    ...(totals === null
      ? []
      : [
          `${totals.passed} of ${count(totals.tests, 'test')} passed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
        ]),
    ...(coverage === null ? [] : [`${percent(coverage.share)} of lines covered`]),
  ];
  return parts.join(', ');
}
