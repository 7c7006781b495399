import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, source } from './fairway.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-platform-'));
  writeFileSync(join(folder, 'fairway.yml'), 'app: shop\nbuild: { run: "true" }\n');
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], { cwd: folder });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'feat: begin');
  writeFileSync(join(folder, 'as-windows.mjs'), "Object.defineProperty(process, 'platform', { value: 'win32' });\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** This machine, told to be one with Windows: nothing of it tells of processes. */
const onWindows = async (...args: readonly string[]) => {
  const env = {
    NODE_OPTIONS: `--import=${join(folder, 'as-windows.mjs')}`,
    FAIRWAY_STATE_DIR: join(folder, 'state'),
  };
  return await run(source, [...args], { cwd: folder, env });
};

test.each([
  [['check'], 'the configuration is right'],
  [['release', 'plan'], '0.1.0'],
  [['changelog'], '0.1.0'],
  [['commits', 'lint', 'HEAD'], 'well formed'],
])('where no process could be ended again, %j works, because it starts none', async (args, said) => {
  const { code, stdout } = await onWindows(...args);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(said) as unknown });
});

test.each([[['build', '--allow-dirty']], [['status']], [['test', '--allow-dirty']]])(
  'and %j says that it starts programs, and where it can',
  async (args) => {
    const { code, stderr } = await onWindows(...args);
    expect(code).toBe(6);
    expect(stderr).toContain('PLATFORM_UNSUPPORTED: Fairway starts no programs on win32');
    expect(stderr).toContain('next: Run this on Linux or macOS');
  },
);
