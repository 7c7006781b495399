import { expect, test } from 'vitest';
import { flightRecordPage } from '../../../../src/domain/report/flight-record/page.ts';
import type { RolloutRecord } from '../../../../src/domain/rollout/messages.ts';
import type { RunEvent } from '../../../../src/ports.ts';

const record = (
  second: number,
  weightPercent: number,
  requests: number,
  errors: number,
  kind = 'look',
): RolloutRecord => ({
  seq: second,
  at: new Date(Date.UTC(2030, 0, 1, 12, 0, second)).toISOString(),
  rolloutId: 'r',
  kind,
  text: `${weightPercent} %: ${errors} of ${requests} failed`,
  weightPercent,
  requests,
  errors,
  facts: { p95Ms: 20 + second, baselineP95Ms: 20, eValue: 1.5 ** second },
});

const rollout: readonly RunEvent[] = [
  record(0, 0, 0, 0),
  record(1, 5, 10, 0),
  record(2, 5, 25, 1),
  record(3, 25, 80, 4),
  record(4, 0, 90, 12),
].map((one) => ({ type: 'rollout', record: one, text: one.text }));

const document = {
  fairway: '1.2.3',
  command: 'ship',
  outcome: 'rolled-back',
  code: 'CANARY_ERROR_RATE',
  exitCode: 4,
  durationMs: 8_200,
  stages: [
    { name: 'build', outcome: 'ok', durationMs: 700 },
    { name: 'deploy', outcome: 'rolled-back', durationMs: 4_000 },
  ],
  result: { error: { message: '13.3 % of 90 requests failed on <b>1.1.0</b>' } },
} as const;

const page = (events: readonly RunEvent[]): string =>
  flightRecordPage({ runId: '20300101-120000-aa', startedAt: '2030-01-01T12:00:00Z', document, events });

test('the page of a rollout draws weight, errors, requests, latency and evidence', () => {
  const html = page(rollout);

  expect([...html.matchAll(/<figcaption>([^<]+) </g)].map(([, title]) => title)).toEqual([
    'Weight',
    'Errors of the new release',
    'Requests',
    'Latency',
    'Evidence against the new release',
  ]);
  expect(html).toMatch(/class="line weight" d="M[\d.]+ [\d.]+H/);
});

test('text from outside cannot become markup, and nothing is loaded from anywhere', () => {
  const html = page(rollout);

  expect(html).toContain('&lt;b&gt;1.1.0&lt;/b&gt;');
  expect(html).not.toContain('<b>');
  expect(html).not.toMatch(/<script|src=|href=|url\(|@import/);
});

test('a run without a rollout still lists its stages', () => {
  const html = page([{ type: 'stage-finished', stage: 'build', outcome: 'ok', durationMs: 700, summary: '3 files' }]);

  expect(html).not.toContain('<h2>Rollout</h2>');
  expect(html).toContain('<td>build</td>');
  expect(html).toContain('3 files');
});
