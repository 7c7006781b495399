import { z } from 'zod';
import { command as argv, deadline } from '../config/values.ts';
import type { Reading } from '../domain/analysis/metrics.ts';
import type { MetricSource, MetricSubject } from './source.ts';

const schema = z.strictObject({
  type: z.literal('command'),
  name: z.string().min(1).describe('How reports call it.'),
  run: argv.describe(
    'Run where the agent runs, with FAIRWAY_APP, FAIRWAY_ENVIRONMENT, FAIRWAY_VERSION and FAIRWAY_RELEASE set; prints { "release": "...", "value": 1.5 }.',
  ),
  failAbove: z.number().describe('Above it the new release is rolled back.'),
  every: deadline.prefault('10s').describe('How often it is asked.'),
  timeout: deadline.prefault('5s').describe('How long one answer may take.'),
});

/** Which release it is for must be said: a number that an earlier run left behind would pass for this one's. */
const answer = z.looseObject({ release: z.string(), value: z.number() });

const shownBytes = 200;
const keptBytes = 64 * 1024;

/** A program of the user's own; nothing but one JSON object on its standard output counts. */
export const commandMetric: MetricSource<typeof schema> = {
  type: 'command',
  schema,
  async read(spec, subject, { exec }) {
    try {
      const env = environmentOf(subject);
      const ended = await exec.run({ argv: spec.run, env, timeoutMs: spec.timeout, keepBytes: keptBytes });
      if (ended.ended !== 'exited') return none(`it gave no answer within ${spec.timeout} ms`);
      if (ended.exitCode !== 0) return none(`it ended with exit code ${ended.exitCode}${lastLine(ended.stderr)}`);
      return readAnswer(ended.stdout, subject);
    } catch (error) {
      return none(`it could not be run: ${(error as Error).message}`);
    }
  },
};

function environmentOf({ app, environment, version, releaseId }: MetricSubject): Record<string, string> {
  return {
    FAIRWAY_APP: app,
    FAIRWAY_ENVIRONMENT: environment,
    FAIRWAY_VERSION: version,
    FAIRWAY_RELEASE: releaseId,
  };
}

function readAnswer(text: string, { version, releaseId }: MetricSubject): Reading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return none('the answer is not JSON');
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) return none('the answer is not { "release": "...", "value": number }');
  const { release, value } = parsed.data;
  if (release !== version && release !== releaseId) return none(`the answer is for release ${release}`);
  return { kind: 'value', value };
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${line.slice(0, shownBytes)}`;
}

function none(reason: string): Reading {
  return { kind: 'none', reason };
}
