import { z } from 'zod';
import { deadline } from '../config/values.ts';
import type { Reading } from '../domain/analysis/metrics.ts';
import type { MetricSource, MetricSubject } from './source.ts';

const schema = z.strictObject({
  type: z.literal('prometheus'),
  name: z.string().min(1).describe('How reports call it.'),
  url: z.url({ protocol: /^https?$/ }).describe('Where its HTTP API is, as the agent reaches it.'),
  query: z
    .string()
    .min(1)
    .describe('PromQL with one series as its answer; {app}, {environment}, {version} and {release} are filled in.'),
  failAbove: z.number().describe('Above it the new release is rolled back.'),
  releaseLabel: z
    .string()
    .optional()
    .describe(
      'Label of the answer that must name the version or the release: an answer for another one counts as none.',
    ),
  every: deadline.prefault('10s').describe('How often it is asked.'),
  timeout: deadline.prefault('5s').describe('How long one answer may take.'),
});

const value = z.tuple([z.number(), z.string()]);
const answer = z.looseObject({
  status: z.literal('success'),
  data: z.union([
    z.looseObject({ resultType: z.literal('scalar'), result: value }),
    z.looseObject({
      resultType: z.literal('vector'),
      result: z.array(z.looseObject({ metric: z.record(z.string(), z.string()), value })),
    }),
  ]),
});

/** An instant query to the HTTP API of Prometheus, or of what speaks like it. */
export const prometheus: MetricSource<typeof schema> = {
  type: 'prometheus',
  schema,
  async read(spec, subject, { http }) {
    const url = `${spec.url.replace(/\/$/, '')}/api/v1/query?query=${encodeURIComponent(filled(spec.query, subject))}`;
    try {
      const { status, body } = await http.request({ method: 'GET', url, timeoutMs: spec.timeout });
      if (status !== 200) return none(`Prometheus answers ${status}`);
      return readAnswer(body, spec.releaseLabel ?? null, subject);
    } catch (error) {
      return none(`Prometheus does not answer: ${(error as Error).message}`);
    }
  },
};

function readAnswer(body: string, label: string | null, { version, releaseId }: MetricSubject): Reading {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return none('the answer is not JSON');
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) return none('the answer is not one of an instant query');
  const { data } = parsed.data;
  if (data.resultType === 'scalar') return label === null ? numberOf(data.result[1]) : none(`no label "${label}"`);
  const [series] = data.result;
  if (series === undefined || data.result.length > 1) return none(`${data.result.length} series, one is expected`);
  const named = label === null ? null : (series.metric[label] ?? 'none');
  if (named !== null && named !== version && named !== releaseId) return none(`the answer is for ${label} ${named}`);
  return numberOf(series.value[1]);
}

function numberOf(text: string): Reading {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? { kind: 'value', value: number } : none(`the value is ${text}`);
}

function filled(query: string, { app, environment, version, releaseId }: MetricSubject): string {
  return query
    .replaceAll('{app}', app)
    .replaceAll('{environment}', environment)
    .replaceAll('{version}', version)
    .replaceAll('{release}', releaseId);
}

function none(reason: string): Reading {
  return { kind: 'none', reason };
}
