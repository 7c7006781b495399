import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { databaseRegistry } from '../../harness/trivy/registry.ts';
import { needs } from '../../requirements.ts';
import { configuration, minimist, nobodys, openShop, type Shop } from './shop.ts';

const test = needs('git', 'trivy');
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** Outcome, code and exit code: what a caller can tell one end from another by. */
async function endOf(shop: Shop, ...args: readonly string[]) {
  const { code, document } = await shop.scan(['filesystem', ...args]);
  return [document.outcome, document.code, code];
}

const waiver = (expires: string): string =>
  configuration('waivers:', `  - { id: CVE-2026-0001, owner: payments, reason: not reachable, expires: '${expires}' }`);

test('nothing found is clean: 0', async () => {
  using shop = openShop();
  shop.database([nobodys]);
  expect(await endOf(shop, '--offline')).toEqual(['ok', 'SCAN_CLEAN', 0]);
});

test('a finding refuses: 3', async () => {
  using shop = openShop();
  shop.database([minimist, nobodys]);
  const { code, document, scan } = await shop.scan(['filesystem', '--offline']);
  expect([document.outcome, document.code, code]).toEqual(['refused', 'SCAN_FINDINGS', 3]);
  expect(scan?.findings).toMatchObject([
    { id: 'CVE-2026-0001', component: 'minimist', since: 'introduced', file: 'package-lock.json', line: 10 },
  ]);
});

test('a waived finding passes, and its owner is told: 0', async () => {
  using shop = openShop();
  shop.database([minimist]);
  shop.write('fairway.yml', waiver(day(100)));
  shop.commit('chore: waive it');
  const { code, document, scan } = await shop.scan(['filesystem', '--offline']);
  expect([document.outcome, document.code, code]).toEqual(['ok', 'SCAN_WAIVED', 0]);
  expect(scan?.findings[0]?.waiver).toMatchObject({ owner: 'payments', state: 'holds' });
});

test('two weeks before its end a waiver is warned of', async () => {
  using shop = openShop();
  shop.database([minimist]);
  shop.write('fairway.yml', waiver(day(10)));
  shop.commit('chore: waive it');
  const { code, stderr } = await shop.scan(['filesystem', '--offline']);
  expect(code).toBe(0);
  expect(stderr).toContain(`the waiver of CVE-2026-0001 by payments ends on ${day(10)} (10 days left)`);
});

test('an expired waiver is a finding: 3, under a code of its own', async () => {
  using shop = openShop();
  shop.database([minimist]);
  shop.write('fairway.yml', waiver(day(-1)));
  shop.commit('chore: waive it');
  expect(await endOf(shop, '--offline')).toEqual(['refused', 'SCAN_WAIVER_EXPIRED', 3]);
});

test('a change waives nothing of its own: on a pull request whose base cannot be seen, waivers are not counted', async () => {
  using shop = openShop();
  shop.database([minimist]);
  shop.write('fairway.yml', waiver(day(100)));
  shop.commit('chore: waive it');
  const ended = await shop.scan(['filesystem', '--offline'], { env: { GITHUB_EVENT_NAME: 'pull_request' } });
  expect([ended.document.code, ended.code]).toEqual(['SCAN_FINDINGS', 3]);
  expect(ended.stderr).toContain(
    'the base branch cannot be seen, so the waivers and VEX files of this change are not counted',
  );
});

test('what a VEX file of the policy says does not affect us is no finding: 0; another content of it is refused: 2', async () => {
  using shop = openShop();
  shop.database([minimist]);
  const vex = JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://shop.example/vex/1',
    author: 'shop',
    timestamp: '2026-01-01T00:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2026-0001' },
        products: [{ '@id': 'pkg:npm/minimist@0.0.8' }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
      },
    ],
  });
  const sum = createHash('sha256').update(vex).digest('hex');
  shop.write('vex.json', vex);
  shop.write('fairway.yml', configuration('vex:', `  - { file: vex.json, sha256: ${sum} }`));
  shop.commit('chore: not affected');
  const { code, document, scan } = await shop.scan(['filesystem', '--offline']);
  expect([document.outcome, document.code, code]).toEqual(['ok', 'SCAN_NOT_AFFECTED', 0]);
  expect(scan?.notAffected).toMatchObject([
    { id: 'CVE-2026-0001', statement: 'not_affected: vulnerable_code_not_in_execute_path' },
  ]);

  shop.write('vex.json', `${vex} `);
  shop.commit('chore: one more blank');
  expect(await endOf(shop, '--offline')).toEqual(['error', 'SCAN_FILE_CHANGED', 2]);
});

test('without a scanner nothing passes, and the way to one is told: 6', async () => {
  using shop = openShop();
  const { code, document } = await shop.scan(['filesystem'], { env: { FAIRWAY_TRIVY: '/nowhere/trivy' } });
  expect([document.outcome, document.code, code]).toEqual(['error', 'SCANNER_MISSING', 6]);
  expect(JSON.stringify(document.result)).toContain('Install Trivy');
});

test('without a database nothing passes: 6', async () => {
  using shop = openShop();
  expect(await endOf(shop, '--offline')).toEqual(['error', 'SCAN_DATABASE_MISSING', 6]);
});

test('an old database is no evidence: 8', async () => {
  using shop = openShop();
  shop.database([nobodys], { at: new Date(Date.now() - 6 * 86_400_000) });
  expect(await endOf(shop, '--offline')).toEqual(['inconclusive', 'SCAN_DATABASE_STALE', 8]);
});

test('a database that was cut short, is garbage or has nothing in it is broken: 6', async () => {
  using shop = openShop();
  const file = join(shop.cache, 'db', 'trivy.db');
  const ends: unknown[] = [];
  for (const spoil of [
    () => truncateSync(file, 9_000),
    () => writeFileSync(file, 'no database'),
    () => shop.database([]),
  ]) {
    shop.database([minimist]);
    spoil();
    ends.push(await endOf(shop, '--offline'));
  }
  expect(ends).toEqual(Array.from({ length: 3 }, () => ['error', 'SCAN_DATABASE_BROKEN', 6]));
});

test('a registry that says we ask too often is asked again a little later, then no more: 6', async () => {
  using shop = openShop();
  const registry = await databaseRegistry('limits');
  shop.write('fairway.yml', configuration('timeout: 20s', 'database:', `  mirrors: [${registry.mirror}]`));
  shop.commit('chore: a mirror');
  try {
    expect(await endOf(shop)).toEqual(['error', 'SCAN_DATABASE_LIMITED', 6]);
    expect(registry.asked()).toBeGreaterThan(1);
  } finally {
    await registry.close();
  }
});

test('the next mirror gives the database that the first one refuses', async () => {
  using shop = openShop();
  const [limits, gives] = await Promise.all([databaseRegistry('limits'), databaseRegistry('gives', [minimist])]);
  shop.write('fairway.yml', configuration('database:', `  mirrors: ['${limits.mirror}', '${gives.mirror}']`));
  shop.commit('chore: two mirrors');
  try {
    expect(await endOf(shop)).toEqual(['refused', 'SCAN_FINDINGS', 3]);
    expect([limits.asked() > 0, gives.asked() > 0]).toEqual([true, true]);
    // It is young: nobody is asked again.
    const before = gives.asked();
    expect(await endOf(shop)).toEqual(['refused', 'SCAN_FINDINGS', 3]);
    expect(gives.asked()).toBe(before);
  } finally {
    await Promise.all([limits.close(), gives.close()]);
  }
});

test('a scan that does not end in time is neither pass nor finding: 6', async () => {
  using shop = openShop();
  const registry = await databaseRegistry('hangs');
  shop.write('fairway.yml', configuration('timeout: 2s', 'database:', `  mirrors: [${registry.mirror}]`));
  shop.commit('chore: a mirror');
  try {
    expect(await endOf(shop)).toEqual(['error', 'SCAN_TIMEOUT', 6]);
    expect(processesWith(registry.mirror)).toEqual([]);
  } finally {
    await registry.close();
  }
});

test('a scanner that is killed is neither pass nor finding: 6', async () => {
  using shop = openShop();
  const registry = await databaseRegistry('hangs');
  shop.write('fairway.yml', configuration('database:', `  mirrors: [${registry.mirror}]`));
  shop.commit('chore: a mirror');
  try {
    const asked = registry.nextRequest();
    const ending = endOf(shop);
    await Promise.race([asked, ending]);
    for (const pid of processesWith(`${registry.mirror}`)) process.kill(pid, 'SIGKILL');
    expect(await ending).toEqual(['error', 'SCANNER_KILLED', 6]);
  } finally {
    await registry.close();
  }
});

test('a signal ends a scan, and nothing of it runs on: 130', async () => {
  using shop = openShop();
  const registry = await databaseRegistry('hangs');
  shop.write('fairway.yml', configuration('database:', `  mirrors: [${registry.mirror}]`));
  shop.commit('chore: a mirror');
  try {
    const asked = registry.nextRequest();
    const { code, document } = await shop.scan(['filesystem'], {
      meanwhile: (child) => void asked.then(() => child.kill('SIGINT')),
    });
    expect([document.outcome, document.code, code]).toEqual(['interrupted', 'INTERRUPTED', 130]);
    expect(processesWith(registry.mirror)).toEqual([]);
  } finally {
    await registry.close();
  }
});

test('a comment in a file does not take its findings out, and they keep their lines', async () => {
  using shop = openShop();
  shop.write('Dockerfile', 'FROM debian:12\n#trivy:ignore:DS029\nRUN apt-get install -y openssl\nUSER 1000\n');
  shop.commit('feat: an image');
  const { code, scan } = await shop.scan(['config', '--offline']);
  expect(code).toBe(3);
  expect(scan?.findings[0]).toMatchObject({ id: 'DS029', blocks: 'introduced', file: 'Dockerfile', line: 3 });
});

/** Running programs with this on their command line. */
function processesWith(word: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => commandLine(name).some((argument) => argument === word))
    .map(Number);
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
