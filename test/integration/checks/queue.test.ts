import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { nodeSockets } from '../../../src/adapters/node/sockets.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { readReply, redisCommand, redisReply } from '../../../src/domain/smoke/redis.ts';
import { fakeSecrets } from '../../fakes/secrets.ts';
import { missing, needs } from '../../requirements.ts';

const test = needs('redis-server');
const sockets = nodeSockets();
const clock = nodeClock();
let redis: ChildProcess | null = null;
let directory: string;
let port: number;
let works = false;
let worker: Promise<void> = Promise.resolve();

async function ask(...words: readonly string[]): Promise<string | null> {
  const target = { host: '127.0.0.1', port, timeoutMs: 5_000 };
  const [, text = ''] = await sockets.converse(
    target,
    [['AUTH', 'pass'], words].map((command) => ({ say: redisCommand(command), until: redisReply })),
  );
  const reply = readReply(text);
  return reply.kind === 'value' ? reply.value : reply.reason;
}

beforeEach(async () => {
  if (missing(['redis-server']) !== null) return;
  directory = await mkdtemp(join(tmpdir(), 'fairway-redis-'));
  port = await nodePorts().free();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory];
  redis = spawn('redis-server', [...options, '--requirepass', 'pass'], { stdio: 'ignore' });
  for (let look = 0; look < 250 && (await ask('PING').catch(() => null)) !== 'PONG'; look += 1) await clock.sleep(20);
});
afterEach(async () => {
  works = false;
  await worker;
  if (redis === null) return;
  redis.kill();
  await once(redis, 'exit');
  redis = null;
  await rm(directory, { recursive: true, force: true });
});

/** Takes one job after another from a queue, as a worker does. */
async function work(queue: string, finish: (job: string) => Promise<unknown>): Promise<void> {
  works = true;
  while (works) {
    const job = await ask('LPOP', queue);
    if (job === null) await clock.sleep(20);
    else await finish(job);
  }
}

async function look(config: object): Promise<string> {
  const spec = checkSchema.parse({
    type: 'queue',
    host: '127.0.0.1',
    port,
    password: 'env:REDIS',
    retry: { for: '0s' },
    timeout: '2s',
    ...config,
  });
  const ports = { http: nodeHttp(), clock, sockets, secrets: fakeSecrets({ 'env:REDIS': 'pass' }) };
  const report = await runChecks([spec], { baseUrl: 'http://127.0.0.1:1' }, { deadlineMs: 20_000 }, ports);
  const [result] = report.checks;
  if (result === undefined) throw new Error('no result');
  return result.kind === 'pass' ? 'pass' : `${result.kind}: ${result.reason}`;
}

test('queue: a job that a worker finishes passes', async () => {
  worker = work('rq:queue:mail', async (id) => await ask('HSET', `rq:job:${id}`, 'status', 'finished'));

  expect(await look({ queue: 'mail', job: { rq: 'shop.jobs.ping' } })).toBe('pass');
});

test('queue: a job that fails is told at once', async () => {
  worker = work('rq:queue:mail', async (id) => await ask('HSET', `rq:job:${id}`, 'status', 'failed'));

  expect(await look({ queue: 'mail', job: { rq: 'shop.jobs.ping' } })).toBe(
    'fail: the job is failed after 2 s at most',
  );
});

test('queue: without a worker it fails, and the job does not stay behind', async () => {
  expect(await look({ queue: 'mail', job: { rq: 'shop.jobs.ping' }, timeout: '300ms' })).toBe(
    'fail: no worker took the job within 0.3 s',
  );
  expect(await ask('LLEN', 'rq:queue:mail')).toBe('0');
});

test('queue: any list will do, when the worker says by a key that it is done', async () => {
  worker = work('jobs', async (job) => await ask('SET', `done:${(JSON.parse(job) as { id: string }).id}`, 'yes'));

  expect(await look({ queue: 'jobs', job: { push: '{"id":"{id}"}', done: 'done:{id}' } })).toBe('pass');
});
