import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { goodServer, openTiny, type Tiny } from './tiny.ts';

const canRun = missing(engineNeeds) === null;
let engine: TestEngine;
let tiny: Tiny | null = null;

beforeAll(async () => {
  if (!canRun) return;
  engine = await openTestEngine();
  await engine.base();
});
afterAll(async () => {
  if (canRun) await engine.close();
});
afterEach(async () => await tiny?.close());

const report = '<testsuite name="page"><testcase name="is there" file="page.test.js"/></testsuite>';

needsEngine(
  'fairway test runs against the built application beside it, once for each language, and reads its reports',
  async () => {
    const script = `wget -q -O - "$WEB_URL" | grep -q one && echo "testing $LOCALE" && echo '${report}' > report.xml`;
    const configuration = `
app: tiny
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target: { type: docker, agent: process, host: "${engine.host}" }
proxy: { type: embedded, port: 8080 }
processes: { web: { command: node server.js, traffic: true, ready: { path: / } } }
test:
  run: [[sh, -c, ${JSON.stringify(script)}]]
  reports: [{ type: junit, path: report.xml }]
  critical: [page > is there]
  matrix: { LOCALE: [en, de] }
  services: { web: { type: application, command: node server.js } }
`;
    tiny = await openTiny(engine, configuration, goodServer('one'));
    const { exitCode, document } = await tiny.fairway(['test', '--engine', 'docker']);

    expect([exitCode, document.code], JSON.stringify(document.result['error'])).toEqual([0, 'TESTS_PASSED']);
    expect(document.result['tests']).toMatchObject({ totals: { tests: 2, passed: 2 }, missingCritical: [] });
    expect(document.result['image']).toMatchObject({ policy: [{ rule: 'user', file: 'Dockerfile', line: 2 }] });
    expect(await engine.docker('ps', '-aq')).toBe('');

    await tiny.commit('fix: another page', goodServer('two'));
    const failed = await tiny.fairway(['test', '--engine', 'docker']);
    expect([failed.exitCode, failed.document.code]).toEqual([3, 'TESTS_FAILED']);
    expect(JSON.stringify(failed.document.result['error'])).toContain('[LOCALE=en]');
  },
  slowMs,
);
