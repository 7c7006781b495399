import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import { run as runNode, source } from '../cli/fairway.ts';

const run = promisify(execFile);
let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'fairway reports '))));
afterEach(async () => await rm(directory, { recursive: true, force: true }));

const reporters = [
  '--test-reporter=junit --test-reporter-destination=junit.xml',
  '--test-reporter=lcov --test-reporter-destination=lcov.info',
].join(' ');

async function testing(files: Readonly<Record<string, string>>, more = ''): Promise<FinalDocument> {
  const configuration = `
app: tiny
test:
  run: node --test --experimental-test-coverage ${reporters}
  reports: [{ type: junit, path: junit.xml }, { type: lcov, path: lcov.info }]
  ${more}
`;
  const all = { ...files, 'fairway.yml': configuration, 'package.json': '{"type":"module"}', '.gitignore': 'state\n' };
  await mkdir(join(directory, 'test'));
  for (const [name, text] of Object.entries(all)) await writeFile(join(directory, name), text);
  const git = async (...args: readonly string[]) => await run('git', args, { cwd: directory });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'Tiny');
  await git('config', 'user.email', 'tiny@app.example');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: tiny');
  const { stdout, stderr } = await runNode(source, ['test', '--json'], {
    cwd: directory,
    timeoutMs: 90_000,
    env: { FAIRWAY_STATE_DIR: join(directory, 'state'), PATH: process.env['PATH'] ?? '' },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as FinalDocument;
}

const sum = 'export const sum = (a, b) => a + b;\nexport function never() {\n  return 1;\n}\n';
const passing = `import { test } from 'node:test';
import assert from 'node:assert';
import { sum } from '../sum.js';
test('sums are right', () => assert.equal(sum(1, 2), 3));
`;

test('the reports of a real run of tests are totals and coverage in the result', async () => {
  const document = await testing({ 'sum.js': sum, 'test/sum.test.js': passing }, 'coverage: 30%');

  expect(document.code, JSON.stringify(document.result['error'])).toBe('TESTS_PASSED');
  expect(document.result['tests']).toMatchObject({ totals: { tests: 1, passed: 1, failed: 0 }, failed: [] });
  const { coverage } = document.result['tests'] as { readonly coverage: { readonly share: number } };
  expect(coverage.share).toBeGreaterThan(0.3);
  expect(coverage.share).toBeLessThan(1);
});

test('a failed test of a real run is named with its file and line, and the gate refuses', async () => {
  const failing = passing.replace('sum(1, 2), 3', 'sum(1, 2), 4');
  const document = await testing({ 'sum.js': sum, 'test/sum.test.js': failing });

  expect([document.exitCode, document.code]).toEqual([3, 'TESTS_FAILED']);
  const { failed } = document.result['tests'] as { readonly failed: unknown };
  expect(failed).toMatchObject([{ name: 'sums are right', outcome: 'failed', file: 'test/sum.test.js', line: 4 }]);
  expect(JSON.stringify(document.result['error'])).toContain('sums are right (test/sum.test.js:4)');
});

test('too little coverage refuses although every test passed, and says which file it is', async () => {
  const document = await testing({ 'sum.js': sum, 'test/sum.test.js': passing }, 'coverage: 99%');

  expect([document.exitCode, document.code]).toEqual([3, 'COVERAGE_TOO_LOW']);
  expect(JSON.stringify(document.result['error'])).toContain('sum.js');
});
