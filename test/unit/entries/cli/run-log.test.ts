import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runIdOf, runIdPattern } from '../../../../src/entries/cli/run-id.ts';
import { openRunLog } from '../../../../src/entries/cli/run-log.ts';

let state = '';
beforeEach(() => (state = mkdtempSync(join(tmpdir(), 'fairway-run-log-'))));
afterEach(() => rmSync(state, { recursive: true, force: true }));

const id = (n: number): string => runIdOf(new Date(Date.UTC(2025, 0, 31, 12, 0, n)), 0.5);
const fail = (message: string): never => {
  throw new Error(message);
};
const linesOf = (run: string): readonly Record<string, unknown>[] =>
  readFileSync(join(state, 'runs', run, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the id of a run sorts by time and is a safe name', () => {
  expect(id(1)).toBe('20250131-120001-80000000');
  expect(id(1)).toMatch(runIdPattern);
  expect([id(10), id(9)].toSorted()).toEqual([id(9), id(10)]);
});

test('the events of a run are JSON lines with their time, for the owner only', () => {
  const log = openRunLog(state, id(1), fail);
  log.report({ type: 'run-started', command: 'ship', runId: id(1) });
  log.report({ type: 'warning', text: 'a\nb' });
  log.close();
  expect(linesOf(id(1))).toEqual([
    { at: expect.stringMatching(/^\d{4}-.*Z$/), type: 'run-started', command: 'ship', runId: id(1) },
    { at: expect.any(String), type: 'warning', text: 'a\nb' },
  ]);
  expect(statSync(join(state, 'runs', id(1), 'events.jsonl')).mode & 0o777).toBe(0o600);
  expect(statSync(join(state, 'runs', id(1))).mode & 0o777).toBe(0o700);
});

test('the last 50 runs are kept, and what is not a run is left alone', () => {
  mkdirSync(join(state, 'runs', 'mine'), { recursive: true });
  for (let n = 0; n < 52; n += 1) openRunLog(state, id(n), fail).close();
  const names = readdirSync(join(state, 'runs')).toSorted();
  expect(names).toHaveLength(51);
  expect([names[0], names.at(-2), names.at(-1)]).toEqual([id(2), id(51), 'mine']);
});

test('a command that writes without end does not fill the disk: 5,000 lines of a stage are kept', () => {
  const log = openRunLog(state, id(1), fail);
  for (let i = 0; i < 6_000; i += 1) log.report({ type: 'output', stage: 'build', stream: 'stdout', line: 'x' });
  log.report({ type: 'output', stage: 'test', stream: 'stdout', line: 'y' });
  log.close();
  expect(linesOf(id(1))).toHaveLength(5_001);
});

test('a state directory that cannot be written is one warning and stops nothing', () => {
  const file = join(state, 'file');
  writeFileSync(file, '');
  const said: string[] = [];
  const log = openRunLog(file, id(1), (message) => said.push(message));
  log.report({ type: 'warning', text: 'x' });
  log.close();
  expect(said).toEqual([expect.stringMatching(/^the events of this run are not kept: /)]);
});
