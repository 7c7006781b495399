import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitCredentials } from '../../../../src/adapters/actions/git-credentials.ts';

const server = { GITHUB_SERVER_URL: 'https://github.com' };

test("git takes the token for the server and nowhere else, and forgets the checkout's own", () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-git-'));
  try {
    const env = { PATH: process.env['PATH'], HOME: folder, ...gitCredentials(server, 'ghs_x')?.env };
    const git = (...args: readonly string[]) =>
      execFileSync('git', [...args], { cwd: folder, env, encoding: 'utf8' }).trim();
    git('init', '--quiet');
    git('config', 'http.https://github.com/.extraheader', 'AUTHORIZATION: basic old');
    const header = `AUTHORIZATION: basic ${Buffer.from('x-access-token:ghs_x').toString('base64')}`;
    const all = git('config', '--get-all', 'http.https://github.com/.extraheader').split('\n');
    expect(all).toEqual(['AUTHORIZATION: basic old', '', header]);
    expect(git('config', '--get-urlmatch', 'http.extraheader', 'https://github.com/owner/name')).toBe(header);
    expect(() => git('config', '--get-urlmatch', 'http.extraheader', 'https://evil.example/x')).toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('settings that were given by the same way stay', () => {
  const given = { ...server, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
  expect(Object.keys(gitCredentials(given, 'ghs_x')?.env ?? {})).toEqual([
    'GIT_CONFIG_KEY_1',
    'GIT_CONFIG_VALUE_1',
    'GIT_CONFIG_KEY_2',
    'GIT_CONFIG_VALUE_2',
    'GIT_CONFIG_COUNT',
  ]);
});

test('without a token, or without https, there is nothing to give', () => {
  expect(gitCredentials(server, '')).toBe(null);
  expect(gitCredentials({ GITHUB_SERVER_URL: 'http://ghes.example' }, 'x')).toBe(null);
  expect(gitCredentials({}, 'x')).toBe(null);
});
