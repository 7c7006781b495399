import { z } from 'zod';
import { command as commandValue, deadline, environmentVariables, relativePath } from '../config/values.ts';
import { FairwayError } from '../errors.ts';
import type { Check } from './check.ts';
import { elsewhere } from './check.ts';
import { commonFields } from './fields.ts';

const schema = z.strictObject({
  type: z.literal('command'),
  ...commonFields,
  run: commandValue.describe('Run in the checkout; FAIRWAY_URL says where the release is. Exit code 0 passes.'),
  directory: relativePath.optional().describe('Where it runs, relative to where Fairway was called.'),
  env: environmentVariables.default({}).describe('Set for this command only.'),
  timeout: deadline.prefault('60s').describe('For each attempt.'),
});

/** A command of the checkout: the client runs it, for nobody else has one. */
export const command: Check<typeof schema> = {
  type: 'command',
  schema,
  describe: ({ run }) => run.join(' '),
  attempt: async (spec, target, { exec }) => {
    if (exec === undefined) return elsewhere('needs the checkout');
    try {
      const result = await exec.run({
        argv: spec.run,
        env: { ...spec.env, FAIRWAY_URL: target.baseUrl },
        timeoutMs: spec.timeout,
        ...(spec.directory === undefined ? {} : { cwd: spec.directory }),
      });
      if (result.ended === 'timed-out') return { kind: 'fail', reason: `did not end within ${spec.timeout / 1_000} s` };
      if (result.ended === 'aborted') return { kind: 'inconclusive', reason: 'interrupted' };
      if (result.exitCode === 0) return { kind: 'pass' };
      const how = result.signal === null ? `exited with ${result.exitCode}` : `was ended by ${result.signal}`;
      return { kind: 'fail', reason: `${how}${lastLine(result.stderr, result.stdout)}` };
    } catch (error) {
      return { kind: error instanceof FairwayError ? 'inconclusive' : 'fail', reason: (error as Error).message };
    }
  },
};

function lastLine(...streams: readonly string[]): string {
  const line = streams.map((text) => text.trim().split('\n').at(-1) ?? '').find((text) => text !== '');
  return line === undefined ? '' : `: ${line.slice(0, 200)}`;
}
