import { readDocument } from '../../documents.ts';
import { execFile } from 'node:child_process';
import { chmod, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeGitHub } from '../../fakes/github.ts';
import type { Place, Scene } from '../release/scene.ts';
import { released, scene } from '../release/scene.ts';
import { onlySigned } from '../release/signed-scene.ts';

const entry = join(import.meta.dirname, '..', '..', '..', 'src', 'entries', 'cli.ts');
let one: Scene;
let work: Place;

beforeEach(async () => {
  one = await scene();
  work = await released(one);
});
afterEach(async () => await one.remove());

/** What a job on GitHub has. */
let forgeEnv: Readonly<Record<string, string>> = {};
afterEach(() => {
  forgeEnv = {};
});

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command in the project, with a state directory of its own. */
async function fairway(...args: string[]): Promise<Ended> {
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    FAIRWAY_STATE_DIR: join(one.remote, '..', 'state'),
    ...forgeEnv,
  };
  return await new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { cwd: work.directory, env }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const json = async (
  ...args: string[]
): Promise<{ outcome: string; code: string; exitCode: number; result: Record<string, unknown> }> =>
  readDocument((await fairway(...args, '--json')).stdout) as never;

describe('fairway release', () => {
  test('plan tells the next version, why, and what would change, and changes nothing', async () => {
    const before = await work.git('for-each-ref');
    const { code, exitCode, result } = await json('release', 'plan');

    expect({ code, exitCode }).toEqual({ code: 'RELEASE_PLANNED', exitCode: 0 });
    expect(result).toMatchObject({
      current: '1.0.0',
      next: '1.1.0',
      level: 'minor',
      line: 'main',
      commits: [
        {
          header: 'feat: search (#12)',
          type: 'feat',
          scope: null,
          breaking: false,
          level: 'minor',
          rule: 'type-feat',
          why: 'adds a feature',
        },
      ],
      notes: expect.stringContaining('### Added') as string,
      files: [{ path: 'package.json', from: '1.0.0', to: '1.1.0' }, { path: 'CHANGELOG.md' }],
      steps: ['release commit', 'candidate ref', 'tag v1.1.0', 'branch main'],
      planDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
    expect(await work.git('for-each-ref')).toBe(before);
    expect(await work.git('status', '--porcelain')).toBe('');
  });

  test('explain prints rule, level and reason of each commit', async () => {
    await work.commit('docs: words');
    const { stdout } = await fairway('release', 'explain');

    expect(stdout).toContain('none  type-other: "docs" changes nothing for users');
    expect(stdout).toContain('minor type-feat: adds a feature');
  });

  test('prepare, then publish, with the tests of the project between them', async () => {
    const prepared = await json('release', 'prepare');
    expect(prepared).toMatchObject({ code: 'RELEASE_PREPARED', result: { version: '1.1.0', tag: 'v1.1.0' } });

    const published = await json('release', 'publish');

    expect(published).toMatchObject({
      code: 'RELEASED',
      result: { version: '1.1.0', commit: prepared.result['commit'], branch: 'forwarded' },
    });
    expect(published.result['planDigest']).toBe(prepared.result['planDigest']);
    expect(await one.remoteGit('rev-parse', 'v1.1.0^{commit}', 'main')).toBe(
      `${String(prepared.result['commit'])}\n${String(prepared.result['commit'])}`,
    );
    expect(await json('release', 'verify', 'v1.1.0')).toMatchObject({ code: 'RELEASE_VERIFIED', exitCode: 0 });
  });

  test('without a verb it does all of it, and a second time there is nothing to do', async () => {
    expect(await json('release')).toMatchObject({ code: 'RELEASED', result: { version: '1.1.0' } });
    expect(await json('release', 'plan')).toMatchObject({
      code: 'ALREADY_RELEASED',
      exitCode: 0,
      result: { current: '1.1.0', next: null },
    });
    await work.commit('chore: tidy');
    expect(await json('release')).toMatchObject({ code: 'NOTHING_TO_RELEASE', exitCode: 0 });
  });

  test('a dry run prints the digest of the real one and writes nothing', async () => {
    const dry = await json('release', '--dry-run');
    expect(await one.remoteGit('tag')).toBe('v1.0.0');

    expect((await json('release')).result['planDigest']).toBe(dry.result['planDigest']);
  });

  test('a plan that was looked at is carried out only while it is the same', async () => {
    await fairway('release', 'plan', '--output', 'release-plan.json');
    const { planDigest } = JSON.parse(await work.read('release-plan.json')) as { planDigest: string };
    await work.commit('fix: meanwhile');

    expect(await json('release', '--plan-digest', planDigest)).toMatchObject({ code: 'PLAN_STALE', exitCode: 3 });
    expect(await one.remoteGit('tag')).toBe('v1.0.0');
  });

  test('publish without prepare is refused', async () => {
    expect(await json('release', 'publish')).toMatchObject({ code: 'NOT_PREPARED', exitCode: 3 });
  });

  test('a project with a target is not released without a deploy', async () => {
    await work.write(
      'fairway.yml',
      'app: shop\nprocesses:\n  web:\n    command: node server.js\n    traffic: true\ntarget:\n  type: process\nproxy:\n  type: embedded\n',
    );

    expect(await json('release')).toMatchObject({ code: 'NOT_DEPLOYED', exitCode: 3 });
  });

  test('the rules of a fairway.yml are used', async () => {
    await work.write('fairway.yml', 'app: shop\nrelease:\n  types:\n    feat: patch\n');

    expect((await json('release', 'plan')).result['next']).toBe('1.0.1');
  });

  test('a version by request, and a prerelease by channel', async () => {
    expect((await json('release', 'plan', '--major')).result['next']).toBe('2.0.0');
    expect((await json('release', 'plan', '--release-as', '1.5.0')).result['next']).toBe('1.5.0');
    expect((await json('release', 'plan', '--channel', 'beta')).result['next']).toBe('1.1.0-beta.1');
  });
});

test('a dry run is given a remote and a forge that take no write, and needs none', async () => {
  const github = await startFakeGitHub(one.remote);
  try {
    const hook = join(one.remote, 'hooks', 'pre-receive');
    await writeFile(hook, '#!/bin/sh\nexit 1\n');
    await chmod(hook, 0o755);
    await work.write(
      'fairway.yml',
      'app: shop\nrelease:\n  forge: github\n  comments: true\n  floatingTags: [major]\n',
    );
    forgeEnv = { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'owner/name', GITHUB_TOKEN: 't' };
    const before = [await one.remoteGit('for-each-ref'), await work.git('for-each-ref'), await work.git('status')];

    const dry = [await json('release', '--dry-run'), await json('release', 'prepare', '--dry-run')];

    expect(dry.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(github.log.filter((line) => !/^(GET|QUERY) /.test(line))).toEqual([]);
    expect([await one.remoteGit('for-each-ref'), await work.git('for-each-ref'), await work.git('status')]).toEqual(
      before,
    );
    await unlink(hook);
    const { result } = await json('release');
    expect(dry.map((run) => run.result['planDigest'])).toEqual([result['planDigest'], result['planDigest']]);
  } finally {
    await github.close();
  }
});

describe('fairway release on a branch that takes signed commits only', () => {
  test('prepare has GitHub make the commit, publish tags it, shows it and tells the pull request', async () => {
    const github = await startFakeGitHub(one.remote);
    try {
      github.branchRules = [{ type: 'required_signatures' }];
      await onlySigned(one.remote);
      await work.write('fairway.yml', 'app: shop\nrelease:\n  forge: github\n  comments: true\n  labels: [released]\n');
      forgeEnv = { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'owner/name', GITHUB_TOKEN: 'the-secret-token' };

      const prepared = await json('release', 'prepare');
      expect(prepared).toMatchObject({ code: 'RELEASE_PREPARED' });
      expect((await json('release', 'prepare')).result['commit']).toBe(prepared.result['commit']);
      const published = await fairway('release', 'publish', '--json');

      expect(JSON.parse(published.stdout)).toMatchObject({
        code: 'RELEASED',
        result: { commit: prepared.result['commit'], branch: 'forwarded' },
      });
      expect(await one.remoteGit('cat-file', 'commit', 'main')).toContain('\ngpgsig ');
      expect(github.releases).toEqual([expect.objectContaining({ tag_name: 'v1.1.0', draft: false })]);
      expect(github.comments.map(({ issue }) => issue)).toEqual([12]);
      expect(github.labels).toEqual([{ issue: 12, name: 'released' }]);
      expect(await json('release', 'verify')).toMatchObject({ code: 'RELEASE_VERIFIED', exitCode: 0 });
      expect(published.stdout + published.stderr).not.toContain('the-secret-token');
    } finally {
      await github.close();
    }
  });
});

describe('fairway changelog', () => {
  test('writes what would be released, what was, and all of it', async () => {
    await fairway('release');
    await work.commit('fix: the pager');

    expect((await fairway('changelog')).stdout).toContain('## [1.1.1]');
    expect((await json('changelog', '--from', '1.0.0', '--to', 'v1.1.0')).result['versions']).toEqual(['1.1.0']);
    expect((await json('changelog', '--all')).result['versions']).toEqual(['1.1.0', '1.0.0']);
    expect(await json('changelog', '--from', '9.9.9')).toMatchObject({ code: 'VERSION_UNKNOWN', exitCode: 2 });
  });
});

describe('fairway commits lint', () => {
  test('accepts what the release will read, and refuses the rest with advice', async () => {
    expect(await json('commits', 'lint', 'HEAD~1..HEAD')).toMatchObject({
      code: 'COMMITS_VALID',
      exitCode: 0,
      result: { checked: 1 },
    });
    await work.commit('Add things');
    expect(await json('commits', 'lint', 'HEAD~1..HEAD')).toMatchObject({
      code: 'COMMITS_INVALID',
      exitCode: 3,
      result: { failed: 1 },
    });
  });

  test('a title alone, and a title with the one commit that a squash would take', async () => {
    expect((await json('commits', 'lint', '--title', 'feat: a')).exitCode).toBe(0);
    expect((await json('commits', 'lint', '--title', 'feat:a')).exitCode).toBe(3);
    await work.commit('wip');
    expect((await json('commits', 'lint', '--title', 'feat: a', 'HEAD~1..HEAD')).exitCode).toBe(3);
    await work.commit('wip again');
    expect((await json('commits', 'lint', '--title', 'feat: a', 'HEAD~2..HEAD')).exitCode).toBe(0);
  });

  test('as a commit-msg hook: comments are no part of the message', async () => {
    await work.write('.git/COMMIT_EDITMSG', 'fix: a\n\n# Please enter the commit message\n# On branch main\n');

    expect((await json('commits', 'lint', '--file', '.git/COMMIT_EDITMSG')).exitCode).toBe(0);
  });

  test('a range that is not there is a clear error', async () => {
    expect(await json('commits', 'lint', 'nowhere..HEAD')).toMatchObject({ code: 'REVISION_UNKNOWN', exitCode: 2 });
  });
});
