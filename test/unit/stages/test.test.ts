import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { BuiltArtifact, Engine, TestRequest, TestResult } from '../../../src/engines/engine.ts';
import type { RunEvent } from '../../../src/ports.ts';
import { test as testStage } from '../../../src/stages/test.ts';
import { fakeClock } from '../../fakes/clock.ts';

const artifact: BuiltArtifact = { artifact: 'directory:sha256:aa', location: '/artifacts/aa/tree', manifest: [] };
const { test: config } = configSchema.parse({ app: 'shop', test: { run: 'npm test', timeout: '60s' } });
const input = { config, artifact, commit: 'c0ffee', version: '1.1.0' };

function world(result: TestResult) {
  const events: RunEvent[] = [];
  const requests: TestRequest[] = [];
  const engine = {
    async test(request: TestRequest) {
      requests.push(request);
      return result;
    },
  } as Engine;
  const ports = { engine, reporter: { report: (event: RunEvent) => void events.push(event) }, clock: fakeClock() };
  return { events, requests, ports };
}

test('tests that pass are told by how many commands there were', async () => {
  const { ports, events, requests } = world({ kind: 'passed' });

  await testStage(input, ports);

  expect(requests[0]).toMatchObject({
    artifact,
    commit: 'c0ffee',
    version: '1.1.0',
    run: [['npm', 'test']],
    timeoutMs: 60_000,
  });
  expect(events.at(-1)).toMatchObject({ stage: 'test', outcome: 'ok', summary: '1 command passed' });
});

test('without tests the stage is ok and says that none are configured', async () => {
  const { ports, events, requests } = world({ kind: 'passed' });

  await testStage({ ...input, config: { ...config, run: [] } }, ports);

  expect(requests).toEqual([]);
  expect(events.at(-1)).toMatchObject({ outcome: 'ok', summary: 'no tests are configured' });
});

test('tests that fail refuse the change', async () => {
  const { ports } = world({
    kind: 'failed',
    command: {
      argv: ['npm', 'test'],
      index: 0,
      ended: 'exited',
      exitCode: 1,
      signal: null,
      durationMs: 900,
      lastLines: ['1 failed'],
    },
  });

  await expect(testStage(input, ports)).rejects.toMatchObject({
    code: 'TESTS_FAILED',
    exitCode: 3,
    message: 'npm test exited with 1 after 900 ms\n  | 1 failed',
  });
});

test('tests that hang refuse the change with their limit', async () => {
  const { ports } = world({
    kind: 'failed',
    command: {
      argv: ['npm', 'test'],
      index: 0,
      ended: 'timed-out',
      exitCode: null,
      signal: 'SIGKILL',
      durationMs: 60_000,
      lastLines: ['waiting'],
    },
  });

  await expect(testStage(input, ports)).rejects.toMatchObject({
    code: 'TESTS_TIMEOUT',
    message: 'npm test did not end within 1 min and was ended\n  | waiting',
    hint: 'find out what it waits for, or give it more time: test.timeout',
  });
});
