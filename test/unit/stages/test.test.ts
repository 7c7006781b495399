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

const declared = configSchema.parse({
  app: 'shop',
  test: {
    run: 'npm test',
    reports: [
      { type: 'junit', path: 'reports/junit.xml' },
      { type: 'lcov', path: 'coverage/lcov.info' },
    ],
    critical: ['an order is kept once'],
  },
}).test;

const junit = (...names: readonly string[]): string =>
  `<testsuite name="shop">${names.map((name) => `<testcase name="${name}"/>`).join('')}</testsuite>`;
const lcov = (covered: number): string =>
  `SF:src/a.js\n${Array.from({ length: 10 }, (_, i) => `DA:${i + 1},${i < covered ? 1 : 0}`).join('\n')}\nend_of_record\n`;

const withReports = (reports: Readonly<Record<string, string | null>>) =>
  world({ kind: 'passed', reports, root: '/app' });

test('reports are read: totals and coverage are told, and the whole of it is handed on', async () => {
  const { ports, events, requests } = withReports({
    'reports/junit.xml': junit('an order is kept once', 'a page'),
    'coverage/lcov.info': lcov(9),
  });
  const seen: unknown[] = [];
  await testStage({ ...input, config: declared, onTests: (tests) => void seen.push(tests) }, ports);

  expect(requests[0]?.reports).toEqual(['reports/junit.xml', 'coverage/lcov.info']);
  expect(events.at(-1)).toMatchObject({
    summary: '1 command passed: 2 of 2 tests passed, 90.0 % of lines covered',
  });
  expect(seen[0]).toMatchObject({ totals: { tests: 2, failed: 0 }, coverage: { share: 0.9 } });
});

test.each([
  ['coverage below the limit', { 'coverage/lcov.info': lcov(7) }, 'COVERAGE_TOO_LOW'],
  ['a critical test that is gone', { 'reports/junit.xml': junit('a page') }, 'CRITICAL_TESTS_MISSING'],
  ['a report that nobody wrote', { 'reports/junit.xml': null }, 'REPORT_MISSING'],
  ['a report that is not XML', { 'reports/junit.xml': 'PASS 12 tests' }, 'REPORT_UNREADABLE'],
  [
    'a failed test whose command said nothing',
    { 'reports/junit.xml': '<testsuite><testcase name="an order is kept once"><failure/></testcase></testsuite>' },
    'TESTS_FAILED',
  ],
])('%s is a refusal', async (_title, more, code) => {
  const { ports } = withReports({
    'reports/junit.xml': junit('an order is kept once'),
    'coverage/lcov.info': lcov(9),
    ...more,
  });

  await expect(testStage({ ...input, config: declared }, ports)).rejects.toMatchObject({ code, family: 'gate' });
});

test('a failed command tells which tests failed, and where', async () => {
  const failed =
    '<testsuite name="shop"><testcase name="a page" file="tests/pages.test.js" line="12"><failure message="no title"/></testcase></testsuite>';
  const { ports } = world({
    kind: 'failed',
    reports: { 'reports/junit.xml': failed, 'coverage/lcov.info': null },
    command: {
      argv: ['npm', 'test'],
      index: 0,
      ended: 'exited',
      exitCode: 1,
      signal: null,
      durationMs: 10,
      lastLines: [],
    },
  });

  await expect(testStage({ ...input, config: declared }, ports)).rejects.toMatchObject({
    code: 'TESTS_FAILED',
    message: expect.stringContaining('1 failed test:\n  shop > a page (tests/pages.test.js:12): no title') as string,
  });
});

test('a matrix runs the tests once for each combination, no more at a time than asked for', async () => {
  let now = 0;
  let most = 0;
  const seen: unknown[] = [];
  const { ports, events } = world({ kind: 'passed' });
  const engine = {
    async test({ env }: TestRequest) {
      now += 1;
      most = Math.max(most, now);
      seen.push(env);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return { kind: 'passed' };
    },
  } as unknown as Engine;
  const matrix = { NODE: ['22', '24'], DB: ['postgres', 'mariadb'] };
  await testStage({ ...input, config: { ...config, matrix, parallel: 3 } }, { ...ports, engine });

  expect(seen).toHaveLength(4);
  expect(seen).toContainEqual({ NODE: '24', DB: 'mariadb' });
  expect(most).toBe(3);
  expect(events.at(-1)).toMatchObject({ summary: '1 command passed in 4 combinations' });
});

test('critical tests without a report that names tests are a mistake of the configuration', async () => {
  const { ports } = world({ kind: 'passed' });

  await expect(testStage({ ...input, config: { ...config, critical: ['a'] } }, ports)).rejects.toMatchObject({
    code: 'CRITICAL_WITHOUT_REPORT',
    family: 'config',
  });
});
