import { z } from 'zod';
import { metricSchema } from '../metrics/index.ts';
import { deadline, duration, percentage } from './values.ts';

const weight = z.int().min(1).max(100);

const step = z.union([
  weight,
  z.strictObject({
    weight: weight.describe('Share of traffic in percent.'),
    hold: duration.optional().describe('How long this step is watched.'),
    pause: z.boolean().optional().describe('After its hold it waits for "fairway promote", still watched.'),
  }),
]);

/** How traffic moves to a new release. */
export const deploySection = z.strictObject({
  strategy: z
    .enum(['canary', 'blue-green', 'recreate', 'rolling'])
    .default('canary')
    .describe(
      'canary: traffic moves in steps; blue-green: all at once after the smoke checks; recreate: a maintenance page while the old release ends and the new one starts; rolling: for workers without traffic.',
    ),
  steps: z
    .array(step)
    .min(1)
    .default([5, 25, 50, 100])
    .describe('Shares of traffic in percent, rising; the last is 100.'),
  hold: duration.prefault('60s').describe('How long each step below 100 is watched.'),
  guard: z
    .strictObject({
      errorRate: percentage.prefault('10%').describe('Above it the canary is rolled back.'),
      minRequests: z.int().min(1).default(20).describe('The guard speaks from this many canary requests on.'),
    })
    .prefault({})
    .describe('The limit that no canary may cross.'),
  minRequestsPerStep: z.int().min(0).default(0).describe('Fewer canary requests in a step are inconclusive.'),
  longestHold: deadline
    .prefault('10m')
    .describe('How long a step goes on whose evidence is neither good nor bad, before it is inconclusive.'),
  endStepOnAccept: z
    .boolean()
    .default(false)
    .describe('A step ends before its hold is over once the evidence accepts the new release.'),
  metrics: z
    .array(metricSchema)
    .default([])
    .describe(
      'Numbers of other sources with their limits, asked during each hold; one that gives none is inconclusive.',
    ),
  warmUp: z
    .strictObject({
      requests: z.int().min(1).max(10_000).default(200).describe('How many at most.'),
      for: deadline.prefault('15s').describe('How long at most.'),
    })
    .optional()
    .describe(
      'Before a new release gets traffic it is sent recent GETs without cookie, authorization and query; off by default.',
    ),
  synthetic: duration
    .prefault('10s')
    .describe(
      'How often the smoke checks are repeated at the release itself while fewer than guard.minRequests users have reached it; 0s: never.',
    ),
  onInconclusive: z
    .enum(['rollback', 'hold'])
    .default('rollback')
    .describe('What happens to the traffic when there was not enough evidence.'),
  onClientLost: z
    .enum(['rollback', 'continue'])
    .default('rollback')
    .describe('What the agent does when the client is gone for longer than the lease.'),
  lease: deadline.prefault('30s').describe('How long the rollout goes on without a word from the client.'),
  wait: z
    .boolean()
    .default(true)
    .describe('Follow the rollout to its end; false, as --no-wait: hand it over, and "fairway follow" collects it.'),
  unattended: deadline
    .prefault('24h')
    .describe('How long a rollout that nobody waits for may take, its gates included, before it returns to stable.'),
  drain: duration.prefault('30s').describe('How long requests in flight may take before they are cut.'),
  bake: duration
    .prefault('10m')
    .describe(
      'How long a release must have served before the contract steps of its migrations may be applied; so long the release before runs on without traffic, for an instant way back.',
    ),
  watch: duration
    .prefault('0s')
    .describe(
      'How long the agent goes on watching after the promotion, and may roll back; "fairway watch" tells what it saw.',
    ),
  windows: z
    .array(
      z.string().regex(/^((sun|mon|tue|wed|thu|fri|sat) )?([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, {
        error: 'expected a time in UTC such as "03:00-04:00" or "sat 22:00-02:00"',
      }),
    )
    .default([])
    .describe('Times in UTC in which "--accept-impossible" is heard, such as "sat 22:00-02:00".'),
  keep: z.int().min(2).max(100).default(5).describe('Releases kept on the target for a rollback.'),
});
