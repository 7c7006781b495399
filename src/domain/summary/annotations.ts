import type { RunEvent } from '../../ports.ts';
import type { RunFacts } from './facts.ts';
import { limits } from './fit.ts';
import { imageAnnotations } from './image.ts';
import { scanAnnotations } from './scan.ts';
import { testAnnotations } from './tests.ts';

/** A remark that GitHub shows beside a line of a file, or at the top of the run. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/**
 * What deserves a remark, the most important first; at most ten of each level, because GitHub drops the rest
 * without a word: the tenth says how many more there were.
 */
export function annotationsOf(facts: RunFacts, events: readonly RunEvent[]): readonly Annotation[] {
  const { failure, problems, document, statements } = facts;
  const nowhere = { file: null, line: null, column: null };
  const all: readonly Annotation[] = [
    ...(failure === null
      ? []
      : [{ level: 'error', title: document.code, message: withHint(failure), ...nowhere } as const]),
    ...problems.map((one): Annotation => ({
      level: 'error',
      title: `${document.code}: ${one.path}`,
      message: one.message,
      file: one.file,
      line: one.line,
      column: one.column,
    })),
    ...statements
      .filter((one) => one.class !== 'safe')
      .map((one): Annotation => ({
        level: one.class === 'review' ? 'warning' : 'error',
        title: `Migration: ${one.class}`,
        message: one.reason,
        file: one.file,
        line: one.line,
        column: null,
      })),
    ...testAnnotations(facts.tests),
    ...imageAnnotations(facts.image),
    ...scanAnnotations(facts.scan),
    ...events.flatMap((event): readonly Annotation[] =>
      event.type === 'warning' ? [{ level: 'warning', title: 'Fairway', message: event.text, ...nowhere }] : [],
    ),
  ];
  return (['error', 'warning', 'notice'] as const).flatMap((level) => atMost(all.filter((one) => one.level === level)));
}

const withHint = ({ message, hint }: NonNullable<RunFacts['failure']>): string =>
  hint === null ? message : `${message}\nnext: ${hint}`;

function atMost(all: readonly Annotation[]): readonly Annotation[] {
  if (all.length <= limits.annotations) return all;
  const kept = all.slice(0, limits.annotations - 1);
  const [first] = all;
  if (first === undefined) return kept;
  const more = `${all.length - kept.length} more are in the summary and in the log.`;
  return [...kept, { ...first, title: 'And more', message: more, file: null, line: null, column: null }];
}
