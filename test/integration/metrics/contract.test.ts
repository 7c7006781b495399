import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeExec } from '../../../src/adapters/node/exec.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import { withMetrics } from '../../../src/domain/analysis/metrics.ts';
import { createMask } from '../../../src/domain/secrets/mask.ts';
import { metricSchema, metricSources } from '../../../src/metrics/index.ts';

/** Every source of numbers, each asked for real, has the same promise: what is no number of this release is none. */

const subject = { app: 'shop', environment: 'local', releaseId: '1.4.0-abc1234', version: '1.4.0' };

/** How a source behaves; `late` gives its answer long after its deadline. */
const moods = ['good', 'not JSON', 'another form', 'another release', 'late', 'dead'] as const;
type Mood = (typeof moods)[number];

let directory: string;
let server: Server;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway-metrics-'));
  server = createServer((request, response) => {
    const mood = decodeURIComponent(request.url?.split('query=')[1] ?? '') as Mood;
    if (mood === 'late') return;
    if (mood === 'dead') return void request.socket.destroy();
    response.end(prometheusAnswer(mood));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  await writeFile(join(directory, 'metric.mjs'), program);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

function prometheusAnswer(mood: Mood): string {
  if (mood === 'not JSON') return '<html>';
  if (mood === 'another form') return JSON.stringify({ status: 'error' });
  const release = mood === 'another release' ? '1.3.0' : '1.4.0';
  const result = [{ metric: { release }, value: [1_700_000_000, '42.5'] }];
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

const program = `
const mood = process.argv[2];
const release = mood === 'another release' ? '1.3.0' : process.env.FAIRWAY_RELEASE;
if (mood === 'dead') process.kill(process.pid, 'SIGKILL');
if (mood === 'late') setTimeout(() => {}, 600_000);
else if (mood === 'not JSON') process.stdout.write('42.5 or so');
else if (mood === 'another form') process.stdout.write(JSON.stringify({ release, value: '42.5' }));
else process.stdout.write(JSON.stringify({ release, value: 42.5 }));
`;

const specs: Readonly<Record<string, (mood: Mood) => object>> = {
  prometheus: (mood) => ({ type: 'prometheus', url, query: mood, releaseLabel: 'release' }),
  command: (mood) => ({ type: 'command', run: [process.execPath, join(directory, 'metric.mjs'), mood] }),
};

async function ask(type: string, mood: Mood) {
  const timeout = mood === 'late' ? '300ms' : '30s';
  const spec = metricSchema.parse({ ...specs[type]?.(mood), name: 'queue', failAbove: 50, every: '1s', timeout });
  const source = metricSources.find((each) => each.type === type);
  if (source === undefined) throw new Error(`no source ${type}`);
  const exec = nodeExec({ env: process.env, mask: createMask(), orphans: nodeOrphans(directory), graceMs: 200 });
  return await source.read(spec as never, subject, { http: nodeHttp(), exec });
}

test('every source is held to this contract', () => {
  expect(Object.keys(specs).toSorted()).toEqual(metricSources.map(({ type }) => type).toSorted());
});

describe.each(Object.keys(specs))('the source %s', (type) => {
  test('gives the number of this release', async () => {
    expect(await ask(type, 'good')).toEqual({ kind: 'value', value: 42.5 });
  });

  test.each(moods.filter((mood) => mood !== 'good'))(
    'that is %s gives no number: never pass, never fail',
    async (mood) => {
      const reading = await ask(type, mood);
      const sample = { name: 'queue', failAbove: 50, reading };

      expect(reading).toMatchObject({ kind: 'none', reason: expect.stringMatching(/\w/) });
      expect(withMetrics({ kind: 'pass', lowEvidence: false, reason: '' }, [sample])).toMatchObject({
        kind: 'inconclusive',
        code: 'METRIC_GONE',
      });
      expect(withMetrics({ kind: 'wait' }, [sample])).toEqual({ kind: 'wait' });
    },
  );
});
