import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../scripts/demo/fairway.ts';
import { endLeftovers } from '../../scripts/demo/leftovers.ts';
import { freePort } from '../../scripts/demo/theatre.ts';

/** Every command of the guide, as it is written there. */

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway-guide-'));
  await mkdir(join(directory, 'bin'));
  const fairway = join(directory, 'bin/fairway');
  await writeFile(fairway, `#!/bin/sh\nexec "${process.execPath}" "${commandLine}" "$@"\n`);
  await chmod(fairway, 0o755);
  await cp(join(root, 'examples/shop'), join(directory, 'examples/shop'), {
    recursive: true,
    filter: (source) => !/[\\/](node_modules|public)$/.test(source),
  });
});
afterAll(async () => {
  endLeftovers(directory);
  await rm(directory, { recursive: true, force: true });
});

/** The port of the guide may be taken where the tests run. */
async function withFreePort(): Promise<void> {
  const file = join(directory, 'examples/shop/fairway.yml');
  const text = await readFile(file, 'utf8');
  expect(text).toContain('port: 8080');
  const changed = text.replace('port: 8080', `port: ${await freePort()}`).replace('hold: 5s', 'hold: 500ms');
  await writeFile(file, changed);
}

test('the guide from a folder to a release and back works as it is written', async () => {
  await withFreePort();
  const guide = await readFile(join(root, 'docs/guides/first-release.md'), 'utf8');
  const scripts = [...guide.matchAll(/```sh\n([^]*?)```/g)].map(([, script]) => script ?? '');
  expect(scripts).toHaveLength(8);

  const { stdout } = await run('sh', ['-eu', '-c', scripts.join('\n')], {
    cwd: directory,
    timeout: 120_000,
    env: {
      ...process.env,
      PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`,
      FAIRWAY_STATE_DIR: join(directory, 'state'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Shop',
      GIT_AUTHOR_EMAIL: 'shop@shop.example',
      GIT_COMMITTER_NAME: 'Shop',
      GIT_COMMITTER_EMAIL: 'shop@shop.example',
    },
  });

  const tags = await run('git', ['tag', '--list'], { cwd: join(directory, 'my shop') });
  expect(tags.stdout.trim().split('\n')).toEqual(['v1.0.0', 'v1.0.1']);
  expect(stdout).toMatch(/1\.0\.1 serves/);
  expect(stdout.trimEnd()).toMatch(/1\.0\.0 serves since[^]*stopped/);
  expect(endLeftovers(directory)).toEqual([]);
});
