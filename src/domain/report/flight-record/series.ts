import type { RolloutRecord } from '../../rollout/messages.ts';
import type { Series } from './chart.ts';

/** What a rollout's records say over time, in seconds since its first. */
export interface RolloutSeries {
  readonly durationSeconds: number;
  readonly weight: Series;
  readonly requestsPerSecond: Series;
  /** Of the canary since its first request, in percent. */
  readonly errorRate: Series;
  readonly p95Ms: { readonly canary: Series; readonly baseline: Series };
  readonly evidence: Series;
}

export function rolloutSeries(records: readonly RolloutRecord[]): RolloutSeries {
  const begin = Date.parse(records[0]?.at ?? '');
  const at = (record: RolloutRecord): number => Math.max(0, (Date.parse(record.at) - begin) / 1_000);
  const points = (value: (record: RolloutRecord) => number | null): Series['points'] =>
    records.flatMap((record) => {
      const found = value(record);
      return found === null ? [] : [{ seconds: at(record), value: found }];
    });
  const fact =
    (name: string) =>
    (record: RolloutRecord): number | null => {
      const value = record.facts?.[name];
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    };
  const last = records.at(-1);
  return {
    durationSeconds: last === undefined ? 0 : at(last),
    weight: { name: 'weight', tone: 'weight', isStepped: true, points: points(({ weightPercent }) => weightPercent) },
    requestsPerSecond: { name: 'requests to the new release', tone: 'good', points: rates(records, at) },
    errorRate: {
      name: 'errors',
      tone: 'bad',
      points: points(({ requests, errors }) => (requests === 0 ? null : (100 * errors) / requests)),
    },
    p95Ms: {
      canary: { name: 'new release', tone: 'weight', points: points(fact('p95Ms')) },
      baseline: { name: 'stable', tone: 'good', points: points(fact('baselineP95Ms')) },
    },
    evidence: { name: 'e-value', tone: 'evidence', points: points(fact('eValue')) },
  };
}

/** Requests per second between two looks that are far enough apart to mean something. */
function rates(records: readonly RolloutRecord[], at: (record: RolloutRecord) => number): Series['points'] {
  const found: { seconds: number; value: number }[] = [];
  let before: { seconds: number; requests: number } | null = null;
  for (const record of records) {
    const now = { seconds: at(record), requests: record.requests };
    if (before !== null && now.seconds - before.seconds < 0.25) continue;
    if (before !== null) {
      const value = Math.max(0, now.requests - before.requests) / (now.seconds - before.seconds);
      found.push({ seconds: now.seconds, value });
    }
    before = now;
  }
  return found;
}
