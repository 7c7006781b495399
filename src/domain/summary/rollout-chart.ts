import type { RolloutRecord } from '../rollout/messages.ts';

/** Mermaid draws no more than this readably. */
const mostPoints = 40;

/** Weight of the new release and share of its failed requests over time, as a Mermaid chart; empty for one point. */
export function rolloutChart(records: readonly RolloutRecord[]): string {
  const begin = Date.parse(records[0]?.at ?? '');
  const points = records
    .map((record) => ({
      seconds: (Date.parse(record.at) - begin) / 1_000,
      weight: record.weightPercent,
      errors: record.requests === 0 ? 0 : (100 * record.errors) / record.requests,
    }))
    .filter(({ seconds }) => Number.isFinite(seconds));
  const shown = thinned(points);
  const last = shown.at(-1);
  if (shown.length < 2 || last === undefined || last.seconds <= 0) return '';
  const row = (value: (point: (typeof shown)[number]) => number): string =>
    shown.map((point) => Math.min(100, Math.max(0, value(point))).toFixed(1)).join(', ');
  return [
    '```mermaid',
    'xychart-beta',
    '  title "Share of the traffic, and of it failed (percent)"',
    `  x-axis "seconds" [${shown.map(({ seconds }) => seconds.toFixed(1)).join(', ')}]`,
    '  y-axis "percent" 0 --> 100',
    `  line [${row(({ weight }) => weight)}]`,
    `  line [${row(({ errors }) => errors)}]`,
    '```',
  ].join('\n');
}

function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= mostPoints) return points;
  const step = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}
