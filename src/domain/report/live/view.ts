import { countText, durationText, percentText } from '../../analysis/words.ts';
import type { RolloutRecord } from '../../rollout/messages.ts';
import type { ConsoleLine, Span, Tone } from '../console-line.ts';
import { harmless } from '../harmless.ts';

const indent = ' '.repeat(11);
const barWidth = 24;

/** Said on lines of their own also beside a live view: what a reader must still find above it afterwards. */
export function isLasting({ kind, end }: RolloutRecord): boolean {
  return end !== undefined || kind === 'paused' || kind === 'agent-started' || /^[A-Z_]+$/.test(kind);
}

/**
 * The rollout as a block of lines that is written again and again: what happens now, steps with the share of the
 * traffic, and the evidence while there is some.
 *
 * `sinceMs`: how long ago the record came.
 */
export function liveLines(record: RolloutRecord, sinceMs: number): readonly ConsoleLine[] {
  const facts = record.facts ?? {};
  const action = line(span(harmless(record.text.split('\n')[0] ?? '')));
  const filled = Math.round((Math.min(100, Math.max(0, record.weightPercent)) / 100) * barWidth);
  const share = line(
    span('█'.repeat(filled), 'good'),
    span('░'.repeat(barWidth - filled), 'muted'),
    span(` ${record.weightPercent} %`),
    ...stepSpans(facts['steps'], record.weightPercent),
    span(leftText(facts, sinceMs), 'muted'),
  );
  return record.kind === 'observe' ? [share, evidence(record, facts)] : [action, share];
}

function stepSpans(steps: unknown, weightPercent: number): readonly Span[] {
  if (!Array.isArray(steps)) return [];
  const shown = steps.filter((step): step is number => typeof step === 'number');
  return [
    span('  steps', 'muted'),
    ...shown.map((step) =>
      span(` ${step}`, step === weightPercent ? 'good' : step < weightPercent ? 'plain' : 'muted'),
    ),
  ];
}

function evidence(record: RolloutRecord, facts: Readonly<Record<string, unknown>>): ConsoleLine {
  const { requests, errors } = record;
  const rate = requests === 0 ? '' : ` (${percentText(errors / requests)})`;
  const e = numberIn(facts, 'eValue');
  const rejectAt = numberIn(facts, 'rejectAt');
  const proof =
    e === null || rejectAt === null
      ? ''
      : `   e-value ${e < 100 ? e.toFixed(1) : countText(Math.round(e))} of ${rejectAt}`;
  return line(
    span(`${countText(requests)} requests, `),
    span(`${countText(errors)} failed${rate}`, errors > 0 ? 'warning' : 'plain'),
    span(`   p95 ${msText(facts, 'p95Ms')}, stable ${msText(facts, 'baselineP95Ms')}`),
    span(proof, e !== null && rejectAt !== null && e >= rejectAt ? 'bad' : 'plain'),
  );
}

function leftText(facts: Readonly<Record<string, unknown>>, sinceMs: number): string {
  const [holdMs, heldMs] = [numberIn(facts, 'holdMs'), numberIn(facts, 'heldMs')];
  if (facts['isWaiting'] === true) return '   waits for "fairway promote"';
  if (holdMs === null || heldMs === null || holdMs === 0) return '';
  return `   ${durationText(Math.max(0, holdMs - heldMs - sinceMs))} left`;
}

function msText(facts: Readonly<Record<string, unknown>>, name: string): string {
  const value = numberIn(facts, name);
  return value === null ? '-' : durationText(value);
}

function numberIn(facts: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = facts[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

function line(...spans: readonly Span[]): ConsoleLine {
  return { level: 'normal', spans: [span(indent), ...spans] };
}
