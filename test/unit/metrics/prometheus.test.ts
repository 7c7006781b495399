import { expect, test } from 'vitest';
import { metricSources } from '../../../src/metrics/index.ts';
import { prometheus } from '../../../src/metrics/prometheus.ts';
import type { MetricPorts } from '../../../src/metrics/source.ts';
import type { Exec, Http } from '../../../src/ports.ts';

const exec: Exec = { run: async () => await Promise.reject(new Error('Prometheus runs no program')) };

const spec = prometheus.schema.parse({
  type: 'prometheus',
  name: 'queue length',
  url: 'http://metrics.example:9090/',
  query: 'max(queue{release="{version}"})',
  failAbove: 100,
  releaseLabel: 'release',
});
const subject = { app: 'shop', environment: 'local', releaseId: '1.4.0-abc1234', version: '1.4.0' };

function answering(body: string, status = 200): MetricPorts & { readonly urls: string[] } {
  const urls: string[] = [];
  return {
    urls,
    exec,
    http: {
      request: async ({ url }) => {
        urls.push(url);
        return { status, headers: {}, body, durationMs: 1 };
      },
    },
  };
}

function series(...all: readonly (readonly [release: string, value: string])[]): string {
  const result = all.map(([release, value]) => ({ metric: { release }, value: [1_700_000_000, value] }));
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

test('one series of this release is its value, asked with the version filled in', async () => {
  const asked = answering(series(['1.4.0', '42.5']));

  expect(await prometheus.read(spec, subject, asked)).toEqual({ kind: 'value', value: 42.5 });
  expect(asked.urls).toEqual(['http://metrics.example:9090/api/v1/query?query=max(queue%7Brelease%3D%221.4.0%22%7D)']);
});

test.each([
  ['<html>busy</html>', 200, 'the answer is not JSON'],
  ['{"status":"error"}', 200, 'the answer is not one of an instant query'],
  [series(), 200, '0 series, one is expected'],
  [series(['1.4.0', '1'], ['1.4.0', '2']), 200, '2 series, one is expected'],
  [series(['1.3.9', '7']), 200, 'the answer is for release 1.3.9'],
  [series(['1.4.0', 'NaN']), 200, 'the value is NaN'],
  ['', 503, 'Prometheus answers 503'],
])('%s with status %i is no value: %s', async (body, status, reason) => {
  expect(await prometheus.read(spec, subject, answering(body, status))).toEqual({ kind: 'none', reason });
});

test('no answer in time is no value, with what the connection says', async () => {
  const http: Http = { request: async () => await Promise.reject(new Error('no answer within 5 s')) };

  expect(await prometheus.read(spec, subject, { http, exec })).toEqual({
    kind: 'none',
    reason: 'Prometheus does not answer: no answer within 5 s',
  });
});

test.each(metricSources.map((source) => [source.type, source] as const))(
  'a source of type %s answers garbage with a reason, not with a number or an error',
  async (_type, source) => {
    for (const garbage of ['', 'null', '[]', '{}', '0', '"x"']) {
      const reading = await source.read(spec as never, subject, answering(garbage));
      expect(reading.kind).toBe('none');
    }
  },
);
