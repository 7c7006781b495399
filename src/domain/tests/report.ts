/** One test as a report tells it. */
export interface TestCase {
  readonly name: string;
  /** Of its file, class or suite; may be empty. */
  readonly suite: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** Where it is, or where it failed, as the report says it; null where it does not. */
  readonly file: string | null;
  readonly line: number | null;
  /** Why it failed, its first line; empty for the others. */
  readonly message: string;
}

/** Lines that tests could have reached and those that they did, by file. */
export type Coverage = ReadonlyMap<string, { readonly lines: number; readonly covered: number }>;

export type ReadReport =
  | { readonly kind: 'tests'; readonly cases: readonly TestCase[] }
  | { readonly kind: 'coverage'; readonly coverage: Coverage }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What several runs covered together; of a file that is in more than one, the best. */
export function mergeCoverage(all: readonly Coverage[]): Coverage {
  const merged = new Map<string, { readonly lines: number; readonly covered: number }>();
  for (const [file, one] of all.flatMap((coverage) => [...coverage])) {
    const before = merged.get(file);
    if (before === undefined || one.covered > before.covered) merged.set(file, one);
  }
  return merged;
}

/** As a fraction; null when there is no line at all. */
export function shareOf(coverage: Coverage): number | null {
  const all = [...coverage.values()];
  const lines = all.reduce((sum, one) => sum + one.lines, 0);
  return lines === 0 ? null : all.reduce((sum, one) => sum + one.covered, 0) / lines;
}
