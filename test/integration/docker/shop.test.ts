import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import { missing } from '../../requirements.ts';
import { root, run as runNode } from '../cli/fairway.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { pageOn } from './tiny.ts';

const run = promisify(execFile);
const canRun = missing(engineNeeds) === null;

let engine: TestEngine;
let bundle: Bundle;
let directory: string;
let port: number;

beforeAll(async () => {
  if (!canRun) return;
  [engine, bundle] = await Promise.all([openTestEngine(), openBundle()]);
  await engine.base();
});
afterAll(async () => {
  if (!canRun) return;
  await engine.close();
  await bundle.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway shop '));
  port = await nodePorts().free();
});
afterEach(async () => {
  if (canRun) await fairway('down', '--yes');
  await rm(directory, { recursive: true, force: true });
});

const shop = (): string => join(directory, 'shop');

async function commit(message: string): Promise<void> {
  await run('git', ['add', '--all'], { cwd: shop() });
  await run('git', ['commit', '--quiet', '--message', message], { cwd: shop() });
}

async function fairway(...args: readonly string[]) {
  const ended = await runNode(bundle.cli, [...args, '--env', 'docker', '--json'], {
    cwd: shop(),
    timeoutMs: 90_000,
    env: {
      // The configuration of npm is the user's.
      HOME: process.env['HOME'] ?? directory,
      FAIRWAY_STATE_DIR: join(directory, 'state'),
      DOCKER_HOST: engine.host,
      BASE_IMAGE: await engine.base(),
    },
  });
  if (ended.stdout === '') throw new Error(ended.stderr);
  return { exitCode: ended.code, document: JSON.parse(ended.stdout) as FinalDocument };
}

needsEngine(
  'the shop of the examples runs all of it in containers, rehearsals with its database included',
  async () => {
    const skipped = /node_modules|public/;
    await cp(join(root, 'examples/shop'), shop(), { recursive: true, filter: (path) => !skipped.test(path) });
    const file = join(shop(), 'fairway.yml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('hold: 5s', 'hold: 300ms').replace('port: 8081', `port: ${port}`));
    await run('git', ['init', '--quiet', '--initial-branch', 'main'], { cwd: shop() });
    await run('git', ['config', 'user.name', 'Shop'], { cwd: shop() });
    await run('git', ['config', 'user.email', 'shop@shop.example'], { cwd: shop() });
    await commit('feat: the shop');
    const first = await fairway('ship');
    expect(first.document.code, JSON.stringify(first.document.result['error'])).toBe('RELEASED');
    expect(first.document.result['rehearsal']).toMatchObject({ rollback: 'first' });
    expect(await pageOn(port)).toContain('Teapot');

    const migration = join(shop(), 'migrations/0003_notes');
    await writeFile(`${migration}.sql`, 'ALTER TABLE products ADD COLUMN note text;\n');
    await writeFile(`${migration}.down.sql`, 'ALTER TABLE products DROP COLUMN note;\n');
    await commit('feat: notes');
    const second = await fairway('ship');
    expect(second.document.code, JSON.stringify(second.document.result['error'])).toBe('RELEASED');
    expect(second.document.result['rehearsal']).toMatchObject({ rollback: 'proven' });

    await writeFile(join(shop(), 'migrations/0004_gone.sql'), 'DROP TABLE orders CASCADE;\n');
    await commit('feat: no orders');
    const third = await fairway('ship');
    expect(third.exitCode).toBe(3);
    expect(await pageOn(port)).toContain('Teapot');
    const names = (await engine.docker('ps', '--all', '--format', '{{.Names}}')).split('\n');
    expect(names.filter((name) => name.includes('rehearsal'))).toEqual([]);
  },
  slowMs,
);
