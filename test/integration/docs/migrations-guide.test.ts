import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';
import { endLeftovers } from '../../../scripts/demo/leftovers.ts';
import { freePort } from '../../../scripts/demo/theatre.ts';
import { needs } from '../../requirements.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway-guide-'));
  await mkdir(join(directory, 'bin'));
  const fairway = join(directory, 'bin/fairway');
  const entry = join(root, 'src/entries/cli.ts');
  await writeFile(fairway, `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
  await chmod(fairway, 0o755);
});
afterAll(async () => {
  endLeftovers(directory);
  await rm(directory, { recursive: true, force: true });
});

needs('mariadbd')(
  'the guide of migrations works as it is written',
  async () => {
    const guide = await readFile(join(root, 'docs/guides/migrations.md'), 'utf8');
    const scripts = [...guide.matchAll(/```sh\n([^]*?)```/g)].map(([, script]) => script ?? '');
    const script = scripts.join('\n').replace('port: 8080', `port: ${await freePort()}`);

    const { stdout } = await run('sh', ['-eu', '-c', script], {
      cwd: directory,
      timeout: 240_000,
      env: {
        ...process.env,
        PATH: `${join(directory, 'bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        FAIRWAY_STATE_DIR: join(directory, 'state'),
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'Shop',
        GIT_AUTHOR_EMAIL: 'shop@shop.example',
        GIT_COMMITTER_NAME: 'Shop',
        GIT_COMMITTER_EMAIL: 'shop@shop.example',
      },
    });

    expect(scripts).toHaveLength(9);
    expect(stdout).toContain('migrations/0002_index.sql:1: dangerous');
    expect(stdout).toMatch(/rollback: first/);
    expect(stdout).toMatch(/0 applied, 2 pending[^]*applied: 0001_books, 0002_index[^]*2 applied, 0 pending/);
    expect(endLeftovers(directory)).toEqual([]);
  },
  300_000,
);
