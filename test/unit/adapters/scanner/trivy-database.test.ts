import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../../../../src/adapters/node/files.ts';
import { readyDatabase } from '../../../../src/adapters/scanner/trivy-database.ts';
import type { CommandResult, Exec } from '../../../../src/ports.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { type Advisory, writeDatabase } from '../../../harness/trivy/database.ts';

const advisory: Advisory = { id: 'CVE-2026-1', ecosystem: 'npm', package: 'a', severity: 'LOW' };
const now = new Date('2026-02-03T12:00:00Z');
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);
let folder: string;
let mirrors: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-trivy-database-'));
  mirrors = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ended: CommandResult = {
  exitCode: 1,
  signal: null,
  stdout: '',
  stderr: '',
  durationMs: 1,
  ended: 'exited',
  droppedBytes: 0,
};

/** What each mirror does when it is asked. */
async function ask(
  answers: Readonly<Record<string, 'gives' | 'limits' | 'fails' | 'is killed'>>,
  isOffline = false,
  deadlineMs = 60_000,
) {
  const clock = fakeClock({ auto: true, start: now.toISOString() });
  let count = 0;
  const exec: Exec = {
    async run({ argv }) {
      const mirror = argv.at(-1) ?? '';
      mirrors.push(mirror);
      const cache = argv[argv.indexOf('--cache-dir') + 1] ?? '';
      if (answers[mirror] === 'gives') writeDatabase(cache, [advisory], { at: now });
      if (answers[mirror] === 'limits') return { ...ended, stderr: 'FATAL toomanyrequests: retry later' };
      return answers[mirror] === 'is killed' ? { ...ended, exitCode: null, signal: 'SIGKILL' } : ended;
    },
  };
  return await readyDatabase(
    {
      run: { program: 'trivy', cacheDirectory: join(folder, 'cache'), timeoutMs: 1_000 },
      isOffline,
      mirrors: Object.keys(answers),
      scratch: (purpose) => join(folder, `${purpose}-${(count += 1)}`),
      env: {},
      deadlineMs,
      signal: undefined,
    },
    { exec, files: nodeFiles(), clock },
  );
}

test('the first mirror that gives the database is enough, and the others are not asked', async () => {
  expect(await ask({ a: 'fails', b: 'gives', c: 'gives' })).toEqual({ kind: 'ready', madeAt: now, remarks: [] });
  expect(mirrors).toEqual(['a', 'b']);
});

test('a mirror that limits is asked again after 1, 4 and 16 seconds, then no more', async () => {
  expect(await ask({ a: 'limits', b: 'fails' })).toMatchObject({ code: 'SCAN_DATABASE_LIMITED' });
  expect(mirrors).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']);
});

test('it is not waited for longer than there is time', async () => {
  expect(await ask({ a: 'limits' }, false, 3_000)).toMatchObject({ code: 'SCAN_DATABASE_LIMITED' });
  expect(mirrors).toEqual(['a', 'a']);
});

test('mirrors that fail are told, each with its reason', async () => {
  expect(await ask({ a: 'fails', b: 'fails' })).toMatchObject({ code: 'SCAN_DATABASE_UNREACHABLE' });
});

test('a download that was killed is no reason to ask somebody else', async () => {
  expect(await ask({ a: 'is killed', b: 'gives' })).toMatchObject({ code: 'SCANNER_KILLED' });
});

test('a database that is there and due serves on when it cannot be renewed, and that is told', async () => {
  writeDatabase(join(folder, 'cache'), [advisory], { at: days(-2), nextUpdate: days(-1) });
  expect(await ask({ a: 'fails' })).toMatchObject({
    kind: 'ready',
    madeAt: days(-2),
    remarks: [expect.stringContaining('was not renewed')],
  });
});

test('a young database is not renewed, and offline none is', async () => {
  writeDatabase(join(folder, 'cache'), [advisory], { at: now, nextUpdate: days(1) });
  await ask({ a: 'gives' });
  writeDatabase(join(folder, 'cache'), [advisory], { at: days(-9), nextUpdate: days(-8) });
  expect(await ask({ a: 'gives' }, true)).toMatchObject({ kind: 'ready', madeAt: days(-9) });
  expect(mirrors).toEqual([]);
});

test('a broken one is fetched anew', async () => {
  mkdirSync(join(folder, 'cache'), { recursive: true });
  writeDatabase(join(folder, 'cache'), [], { at: now, nextUpdate: days(1) });
  expect(await ask({ a: 'gives' })).toMatchObject({ kind: 'ready', madeAt: now });
});
