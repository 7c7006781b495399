import { z } from 'zod';
import { readReply, redisCommand, redisReply, rqJob } from '../domain/smoke/redis.ts';
import type { Clock, Sockets } from '../ports.ts';
import type { Attempt, Check } from './check.ts';
import { elsewhere, without } from './check.ts';
import { secretReference } from '../config/values.ts';
import { commonFields } from './fields.ts';
import type { Place } from './where.ts';
import { placeOf, socketFields } from './where.ts';

const dotted = z
  .string()
  .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/, { error: 'expected a function such as app.jobs.ping' });

const schema = z.strictObject({
  type: z.literal('queue'),
  ...commonFields,
  ...socketFields,
  port: socketFields.port.unwrap().default(6379),
  password: secretReference.optional().describe('env:NAME or file:PATH.'),
  queue: z.string().min(1).default('default').describe('Name of the queue.'),
  job: z.union([
    z.strictObject({ rq: dotted.describe('A function without arguments that an RQ worker calls.') }),
    z.strictObject({
      push: z.string().min(1).describe('Pushed to the list that is the queue; {id} stands for a new id.'),
      done: z.string().min(1).describe('A key that the worker sets when it is done; {id} as above.'),
    }),
  ]),
  timeout: socketFields.timeout.default(30_000).describe('From the job into the queue until it is done.'),
});

type Spec = z.output<typeof schema>;
const lookMs = 100;

/** A job goes into a Redis queue, and a worker finishes it. */
export const queue: Check<typeof schema> = {
  type: 'queue',
  schema,
  describe: ({ queue: name, job }) => `queue ${name}${'rq' in job ? ` ${job.rq}` : ''}`,
  attempt: async (spec, target, { sockets, secrets, clock }) => {
    if (sockets === undefined) return without('sockets');
    if (spec.password !== undefined && secrets === undefined) return elsewhere('needs a secret');
    const password = spec.password === undefined ? null : await secrets?.resolve(spec.password);
    const redis = connectionTo(placeOf(spec, target), password ?? null, sockets);
    try {
      return await runJob(spec, redis, clock);
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    }
  },
};

type Redis = (...commands: readonly (readonly string[])[]) => Promise<readonly (string | null)[]>;

/** Commands on a connection of their own; answers their values. Throws an Error when one is refused. */
function connectionTo(place: Place, password: string | null, sockets: Sockets): Redis {
  return async (...commands) => {
    const all = password === null ? commands : [['AUTH', password], ...commands];
    const turns = all.map((words) => ({ say: redisCommand(words), until: redisReply }));
    const replies = await sockets.converse({ ...place, timeoutMs: 5_000 }, turns);
    const values = replies.map((text) => {
      const reply = readReply(text);
      if (reply.kind === 'refused') throw new Error(`Redis refused: ${reply.reason}`);
      return reply.value;
    });
    return values.slice(all.length - commands.length);
  };
}

async function runJob(spec: Spec, redis: Redis, clock: Clock): Promise<Attempt> {
  const { job, queue: name, timeout } = spec;
  const now = clock.now().toISOString();
  const id = `fairway-${now.replaceAll(/\D/g, '')}`;
  const withId = (text: string): string => text.replaceAll('{id}', id);
  if ('rq' in job) {
    const key = `rq:job:${id}`;
    await redis(
      ['HSET', key, ...rqJob(job.rq, name, now, Math.ceil(timeout / 1_000))],
      ['EXPIRE', key, String(Math.ceil(timeout / 1_000) + 60)],
      ['SADD', 'rq:queues', `rq:queue:${name}`],
      ['RPUSH', `rq:queue:${name}`, id],
    );
  } else {
    await redis(['RPUSH', name, withId(job.push)]);
  }
  const endsAt = clock.monotonicMs() + timeout;
  let status: string | null = null;
  while (clock.monotonicMs() < endsAt) {
    [status = null] =
      'rq' in job ? await redis(['HGET', `rq:job:${id}`, 'status']) : await redis(['GET', withId(job.done)]);
    if ('rq' in job ? status === 'finished' : status !== null) return { kind: 'pass' };
    if ('rq' in job && /^(failed|stopped|canceled)$/.test(status ?? '')) break;
    await clock.sleep(lookMs);
  }
  if ('rq' in job) await redis(['LREM', `rq:queue:${name}`, '0', id]);
  else await redis(['LREM', name, '0', withId(job.push)]);
  return status === null || status === 'queued'
    ? { kind: 'fail', reason: `no worker took the job within ${timeout / 1_000} s` }
    : { kind: 'fail', reason: `the job is ${status} after ${timeout / 1_000} s at most` };
}
