import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import { missing } from '../../requirements.ts';
import { root, run as runNode, source } from '../cli/fairway.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';

const run = promisify(execFile);
const canRun = missing(engineNeeds) === null;

let engine: TestEngine;
let directory: string;

beforeAll(async () => {
  if (!canRun) return;
  engine = await openTestEngine();
  await engine.base();
});
afterAll(async () => {
  if (canRun) await engine.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway twice '));
});
afterEach(async () => await rm(directory, { recursive: true, force: true }));

async function buildIn(folder: string): Promise<FinalDocument> {
  const { stdout, stderr } = await runNode(source, ['build', '--env', 'docker', '--json'], {
    cwd: join(directory, folder),
    timeoutMs: 120_000,
    env: {
      HOME: process.env['HOME'] ?? directory,
      FAIRWAY_STATE_DIR: join(directory, `state of ${folder}`),
      DOCKER_HOST: engine.host,
      DOCKER_BUILDKIT: '1',
      FAIRWAY_DOCKER: existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker',
      BASE_IMAGE: await engine.base(),
    },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as FinalDocument;
}

needsEngine(
  'two builds of the shop from two clones, the second without any cache and later, give one digest',
  async () => {
    const shop = join(directory, 'shop');
    await cp(join(root, 'examples/shop'), shop, {
      recursive: true,
      filter: (path) => !/node_modules|public/.test(path),
    });
    const git = async (...args: readonly string[]) => await run('git', args, { cwd: shop });
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('config', 'user.name', 'Shop');
    await git('config', 'user.email', 'shop@shop.example');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'feat: the shop');
    await run('git', ['clone', '--quiet', shop, join(directory, 'another clone')]);

    const first = await buildIn('shop');
    expect(first.code, JSON.stringify(first.result['error'])).toBe('BUILT');
    await engine.docker('builder', 'prune', '--all', '--force');
    const second = await buildIn('another clone');

    expect(first.result['image']).toMatchObject({ policy: [], size: { beforeBytes: null, exceeded: null } });
    expect(second.result['artifact']).toBe(first.result['artifact']);
    expect(first.result['artifact']).toMatch(/^image:sha256:[0-9a-f]{64}$/);
  },
  slowMs,
);
