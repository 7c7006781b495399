import type { Verdict } from './judge.ts';

/** What a source answered once. */
export type Reading =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'none'; readonly reason: string };

/** The latest of one metric. */
export interface Sample {
  readonly name: string;
  /** Strictly above fails. */
  readonly failAbove: number;
  /** Null: the first answer is still awaited. */
  readonly reading: Reading | null;
}

/**
 * A verdict with what metrics of other sources say beside it.
 *
 * One above its limit fails. One that gives no number never passes and never fails: a hold that would pass is
 * inconclusive then, and waits for an answer that is still awaited.
 */
export function withMetrics(verdict: Verdict, samples: readonly Sample[]): Verdict {
  if (verdict.kind === 'fail' || verdict.kind === 'inconclusive') return verdict;
  for (const { name, failAbove, reading } of samples) {
    if (reading?.kind !== 'value' || reading.value <= failAbove) continue;
    const reason = `${name} is ${Number(reading.value.toPrecision(6))} (limit ${failAbove})`;
    return { kind: 'fail', code: 'METRIC_ABOVE_LIMIT', reason };
  }
  if (verdict.kind === 'wait') return verdict;
  for (const { name, reading } of samples) {
    if (reading?.kind === 'none')
      return { kind: 'inconclusive', code: 'METRIC_GONE', reason: `${name}: ${reading.reason}` };
  }
  return samples.some(({ reading }) => reading === null) ? { kind: 'wait' } : verdict;
}
