import type { TestModule } from 'vitest/node';

/** What came of a test run. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Those that failed first, on a machine that gives a second try. */
  readonly atSecondTry: readonly string[];
  readonly skipped: readonly { readonly title: string; readonly why: string }[];
  /** Projects in which at least one test ran. */
  readonly ranIn: ReadonlySet<string>;
  /** Files that could not be loaded, and errors outside of every test. */
  readonly broken: readonly string[];
}

/** As much of vitest's module as the tally reads. */
type Module = Pick<TestModule, 'moduleId' | 'project' | 'errors' | 'children'>;

export function tallyOf(modules: readonly Module[], errors: readonly { readonly message?: string }[]): Tally {
  const tests = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({
      title: test.fullName,
      project: module.project.name,
      result: test.result(),
      isFlaky: test.diagnostic()?.flaky === true,
    })),
  );
  const ran = tests.filter(({ result }) => result.state === 'passed' || result.state === 'failed');
  const suites = modules.flatMap((module) => [...module.children.allSuites()]);
  return {
    passed: tests.filter(({ result }) => result.state === 'passed').length,
    failed: tests.filter(({ result }) => result.state === 'failed').length,
    atSecondTry: tests.flatMap(({ title, isFlaky }) => (isFlaky ? [title] : [])),
    skipped: tests.flatMap(({ title, result }) =>
      result.state === 'passed' || result.state === 'failed'
        ? []
        : [{ title, why: (result.state === 'skipped' ? result.note : undefined) ?? 'no reason was given' }],
    ),
    ranIn: new Set(ran.map(({ project }) => project)),
    broken: [
      ...modules.flatMap((module) => module.errors().map((error) => `${module.moduleId}: ${error.message}`)),
      ...suites.flatMap((suite) => suite.errors().map((error) => `${suite.fullName}: ${error.message}`)),
      ...errors.map((error) => error.message ?? 'an error without a message'),
    ],
  };
}

/**
 * What `npm test` says at its end; the last line is `N passed, N failed`, then what was left out.
 *
 * What broke outside of a test counts as failed, and so does a project of `projects` in which nothing ran.
 */
export function verdictOn(
  tally: Tally,
  expected: { readonly projects: readonly string[]; readonly mustBeComplete: boolean },
): { readonly lines: readonly string[]; readonly exitCode: number } {
  const idle = expected.projects.filter((project) => !tally.ranIn.has(project));
  const reasons = Map.groupBy(tally.skipped, ({ why }) => why);
  const leftOut = expected.mustBeComplete ? tally.skipped.length : 0;
  const nothing = tally.ranIn.size === 0 && idle.length === 0 ? 1 : 0;
  const failed = tally.failed + tally.broken.length + idle.length + leftOut + nothing;
  const skipped = expected.mustBeComplete ? 0 : tally.skipped.length;
  return {
    lines: [
      ...tally.broken.map((message) => `Broken outside of a test: ${message}`),
      ...idle.map((project) => `Nothing ran in "${project}".`),
      ...(nothing === 1 ? ['Nothing ran.'] : []),
      ...tally.atSecondTry.map(
        (title) => `Passed at the second try only, which is a fault of the test or of ours: "${title}"`,
      ),
      ...[...reasons].map(([why, tests]) => `Not run here: ${tests.length} × ${why}: ${titles(tests)}`),
      `${tally.passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
    ],
    exitCode: failed === 0 ? 0 : 1,
  };
}

function titles(tests: readonly { readonly title: string }[]): string {
  const [first, second, ...more] = tests.map(({ title }) => `"${title}"`);
  return [first, second, ...(more.length > 0 ? [`and ${more.length} more`] : [])].filter(Boolean).join(', ');
}
