import type { RunEvent } from '../../../ports.ts';
import type { RolloutRecord } from '../../rollout/messages.ts';
import type { FinalDocument } from '../final-document.ts';
import { harmless } from '../harmless.ts';
import { formatDuration } from '../quantities.ts';
import { type Chart, chartSvg } from './chart.ts';
import { rolloutSeries } from './series.ts';
import { style } from './style.ts';

export interface FlightRecord {
  readonly runId: string;
  readonly startedAt: string;
  readonly document: FinalDocument;
  /** Everything that the run reported, in order; secrets already hidden. */
  readonly events: readonly RunEvent[];
}

/** One self-contained page about one run: opens from disk, loads nothing, readable in light and dark. */
export function flightRecordPage(record: FlightRecord): string {
  const { document, events, runId, startedAt } = record;
  const rollout = events.flatMap((event) => (event.type === 'rollout' ? [event.record as RolloutRecord] : []));
  const title = `fairway ${document.command}: ${document.outcome}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1><span class="outcome ${text(document.outcome)}">${text(document.outcome)}</span> fairway ${text(document.command)}</h1>
<p>${text(summary(document))}</p>
<p class="quiet">run ${text(runId)}, begun ${text(startedAt)}, ${text(formatDuration(document.durationMs))}, exit code ${document.exitCode} (${text(document.code)})</p></header>
${rollout.length === 0 ? '' : `<section><h2>Rollout</h2>${charts(rollout).map(figure).join('')}${verdict(rollout)}</section>`}
<section><h2>Stages</h2>${stages(document, events)}</section>
</body>
</html>
`;
}

function charts(rollout: readonly RolloutRecord[]): readonly Chart[] {
  const series = rolloutSeries(rollout);
  const { durationSeconds } = series;
  const all: readonly Chart[] = [
    { title: 'Weight', unit: '% of new requests', series: [series.weight], atLeast: 100, durationSeconds },
    {
      title: 'Errors of the new release',
      unit: '% of its requests',
      series: [series.errorRate],
      atLeast: 1,
      durationSeconds,
    },
    {
      title: 'Requests',
      unit: 'per second to the new release',
      series: [series.requestsPerSecond],
      atLeast: 1,
      durationSeconds,
    },
    {
      title: 'Latency',
      unit: 'p95 in ms',
      series: [series.p95Ms.canary, series.p95Ms.baseline],
      atLeast: 1,
      durationSeconds,
    },
    {
      title: 'Evidence against the new release',
      unit: 'e-value',
      series: [series.evidence],
      atLeast: 1,
      durationSeconds,
    },
  ];
  return all.filter((chart) => chart.series.some(({ points }) => points.length > 1));
}

function figure(chart: Chart): string {
  const names = chart.series.filter(({ points }) => points.length > 1);
  const legend =
    names.length < 2 ? '' : names.map(({ name, tone }) => ` <span class="key ${tone}">${text(name)}</span>`).join('');
  return `<figure><figcaption>${text(chart.title)} <span class="quiet">${text(chart.unit)}</span>${legend}</figcaption>${chartSvg(chart)}</figure>`;
}

function verdict(rollout: readonly RolloutRecord[]): string {
  const rows = rollout
    .filter(({ kind }, i) => kind !== rollout[i - 1]?.kind || i === rollout.length - 1)
    .map(
      (record) =>
        `<tr><td>${text(record.at.slice(11, 19))}</td><td>${record.weightPercent} %</td><td>${record.errors} / ${record.requests}</td><td>${text(record.text)}</td></tr>`,
    );
  return `<details open><summary>What happened</summary><table><thead><tr><th>at</th><th>weight</th><th>errors / requests</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

function stages({ stages: all }: FinalDocument, events: readonly RunEvent[]): string {
  const longest = Math.max(1, ...all.map(({ durationMs }) => durationMs));
  const rows = all.map(({ name, outcome, durationMs }) => {
    const end = events.findLast((event) => event.type === 'stage-finished' && event.stage === name);
    const said = end?.type === 'stage-finished' ? end.summary : '';
    const share = Math.max(1, Math.round((100 * durationMs) / longest));
    return `<tr><td>${text(name)}</td><td><span class="outcome ${text(outcome)}">${text(outcome)}</span></td><td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${share}" height="8"/></svg>${text(formatDuration(durationMs))}</td><td>${text(said)}</td></tr>`;
  });
  return `<table><thead><tr><th>stage</th><th></th><th>time</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function summary({ result }: FinalDocument): string {
  const error = result['error'] as { readonly message?: unknown } | undefined;
  if (typeof error?.message === 'string') return error.message;
  const release = result['release'] as { readonly version?: unknown; readonly commit?: unknown } | undefined;
  const url = result['url'];
  if (typeof release?.version !== 'string') return '';
  return `${release.version} (${String(release.commit).slice(0, 7)})${typeof url === 'string' ? ` at ${url}` : ''}`;
}

/** Text from anywhere, as text: control characters and bidi marks made visible, HTML escaped. */
function text(value: string): string {
  return harmless(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
