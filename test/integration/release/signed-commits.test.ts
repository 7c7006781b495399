import { chmod, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import type { AnnouncePorts } from '../../../src/stages/release.ts';
import { planRelease, prepareRelease, publishRelease, resumeRelease } from '../../../src/stages/release.ts';
import type { FakeGitHub } from '../../fakes/github.ts';
import { startFakeGitHub } from '../../fakes/github.ts';
import { Killed, mortal } from './mortal.ts';
import type { Place, Scene } from './scene.ts';
import { released, scene, settingsWith } from './scene.ts';
import { onlySigned } from './signed-scene.ts';

const settings = settingsWith({
  forge: 'github',
  files: ['package.json', { path: 'bin/version', type: 'regex', pattern: 'VERSION=(.*)' }],
  changelog: 'CHANGES.md',
});

let one: Scene;
let github: FakeGitHub;
let work: Place;

beforeEach(async () => {
  one = await scene();
  work = await released(one);
  await work.write('bin/version', '#!/bin/sh\nVERSION=1.0.0\n');
  await chmod(join(work.directory, 'bin', 'version'), 0o755);
  await work.write('docs/changes.md', '# Changelog\n');
  await symlink('docs/changes.md', join(work.directory, 'CHANGES.md'));
  await work.commit('chore: a program that tells its version');
  await work.git('push', '--quiet', 'origin', 'main');
  await onlySigned(one.remote);
  github = await startFakeGitHub(one.remote);
  github.branchRules = [{ type: 'required_signatures' }];
});
afterEach(async () => await Promise.all([one.remove(), github.close()]));

const portsOf = (): AnnouncePorts => ({
  forge: githubForge({
    project: 'owner/name',
    token: 't',
    apiUrl: github.url,
    clock: { sleep: () => Promise.resolve(), now: () => new Date(0) },
  }),
  files: nodeFiles(),
  directory: work.directory,
});

async function release(counter = { left: 0, when: 'before' as 'before' | 'after' }) {
  const repository = mortal(await work.open(), ['push', 'remoteRefs', 'fetch', 'updateRefs', 'fastForward'], counter);
  const ports = portsOf();
  const names = ['preflight', 'commitOn', 'createRef', 'findReleases', 'createDraft', 'publish', 'propose'];
  const announced = { ...ports, forge: mortal(ports.forge, names, counter) };
  const found = await resumeRelease({}, settings, repository);
  const prepared =
    found ??
    (await prepareRelease(
      await planRelease(settings, { withRemote: true }, repository),
      settings,
      repository,
      announced.forge,
    ));
  return { prepared, published: await publishRelease(prepared, settings, repository, announced) };
}

const isSigned = async (revision: string): Promise<boolean> =>
  (await one.remoteGit('cat-file', 'commit', revision)).includes('\ngpgsig ');

describe('a branch that takes signed commits only', () => {
  test('gets the release commit from the forge, before anything is built, with every file as it was', async () => {
    const { prepared, published } = await release();

    expect(published).toMatchObject({ branch: 'forwarded', commit: prepared.commit });
    expect(await one.remoteGit('rev-parse', 'main', 'v1.1.0^{commit}')).toBe(`${prepared.commit}\n${prepared.commit}`);
    expect(await isSigned('main')).toBe(true);
    const modes = await one.remoteGit('ls-tree', '-r', '--format=%(objectmode) %(path)', 'main');
    expect(modes).toContain('100755 bin/version');
    expect(modes).toContain('120000 CHANGES.md');
    expect(modes).toContain('100644 docs/changes.md');
    expect(await one.remoteGit('show', 'main:bin/version')).toContain('VERSION=1.1.0');
    expect(await one.remoteGit('show', 'main:CHANGES.md')).toBe('docs/changes.md');
    expect(await one.remoteGit('show', 'main:docs/changes.md')).toContain('## [1.1.0]');
    expect(await one.remoteGit('for-each-ref', 'refs/fairway')).toBe('');
    expect(await work.git('rev-parse', 'HEAD')).toBe(prepared.commit);
  });

  test('prepared twice, the second run takes the commit that is there', async () => {
    const repository = await work.open();
    const prepare = async () =>
      await prepareRelease(await planRelease(settings, {}, repository), settings, repository, portsOf().forge);

    const first = await prepare();
    expect((await prepare()).commit).toBe(first.commit);
    expect(github.log.filter((line) => line === 'POST /git/commits')).toHaveLength(1);
  });

  test('killed at any call, before or after it happened, the next run ends in one signed release', async () => {
    const counter = { left: 0, when: 'before' as const };
    const before = (await one.remoteGit('for-each-ref', '--format=%(objectname)', 'refs/heads/main')).trim();
    const reset = async () => {
      await one.remoteGit('update-ref', 'refs/heads/main', before);
      for (const ref of (await one.remoteGit('for-each-ref', '--format=%(refname)')).split('\n')) {
        if (/v1\.1\.0|fairway/.test(ref)) await one.remoteGit('update-ref', '-d', ref);
      }
      await work.git('reset', '--quiet', '--hard', before);
      for (const ref of (await work.git('for-each-ref', '--format=%(refname)')).split('\n')) {
        if (/v1\.1\.0|fairway/.test(ref)) await work.git('update-ref', '-d', ref);
      }
      github.releases.length = 0;
    };
    await release(counter);
    const calls = -counter.left;
    expect(calls).toBeGreaterThan(15);
    const step = process.env['FAIRWAY_PROOF'] === 'all' ? 1 : 4;
    for (const when of ['before', 'after'] as const) {
      for (let left = 1; left <= calls; left += step) {
        await reset();
        await expect(release({ left, when })).rejects.toBeInstanceOf(Killed);
        const { prepared } = await release();
        const state = {
          main: await one.remoteGit('rev-parse', 'main'),
          tag: await one.remoteGit('rev-parse', 'v1.1.0^{commit}'),
          left: await one.remoteGit('for-each-ref', 'refs/fairway'),
          releases: github.releases.map(({ tag_name, draft }) => `${tag_name} ${draft}`),
        };
        expect(state, `killed ${when} call ${left}`).toEqual({
          main: prepared.commit,
          tag: prepared.commit,
          left: '',
          releases: ['v1.1.0 false'],
        });
        expect(await isSigned('main'), `killed ${when} call ${left}`).toBe(true);
      }
    }
  });

  test('that moved on gets the version change signed as well', async () => {
    const repository = await work.open();
    const ports = portsOf();
    const prepared = await prepareRelease(
      await planRelease(settings, {}, repository),
      settings,
      repository,
      ports.forge,
    );
    await unlink(join(one.remote, 'hooks', 'update'));
    const other = await one.clone();
    await other.commit('fix: meanwhile');
    await other.git('push', '--quiet', 'origin', 'main');
    await onlySigned(one.remote);

    const published = await publishRelease(prepared, settings, repository, ports);

    expect(published.branch).toBe('regenerated');
    expect(await isSigned('main')).toBe(true);
    expect(await isSigned('v1.1.0^{commit}')).toBe(true);
    expect(await one.remoteGit('ls-tree', '--format=%(objectmode)', 'main', 'bin/version')).toBe('100755');
    expect(await one.remoteGit('for-each-ref', 'refs/fairway')).toBe('');
  });

  test('and wants pull requests gets one with a signed commit, once', async () => {
    github.branchRules = [{ type: 'required_signatures' }, { type: 'pull_request' }];
    await writeFile(
      join(one.remote, 'hooks', 'update'),
      '#!/bin/sh\ncase "$1" in refs/heads/main) echo "GH013: Rule violations"; exit 1;; esac\n',
    );
    const { published } = await release();
    const proposed = await one.remoteGit('rev-parse', 'fairway/release-1.1.0');
    await release();

    expect(published.branch).toBe('proposed');
    expect(await isSigned('fairway/release-1.1.0')).toBe(true);
    expect(await one.remoteGit('rev-parse', 'fairway/release-1.1.0')).toBe(proposed);
    expect(github.pulls).toHaveLength(1);
  });

  test('refuses before the build when the token is of a person: the forge signs nothing for it', async () => {
    github.isSigning = false;

    await expect(release()).rejects.toMatchObject({ code: 'RELEASE_BLOCKED' });
    expect(await one.remoteGit('for-each-ref', 'refs/fairway', 'refs/tags/v1.1.0')).toBe('');
  });

  test('refuses before the build when the forge does not have the branch yet', async () => {
    await work.commit('fix: only here');

    await expect(release()).rejects.toMatchObject({ code: 'RELEASE_BLOCKED', hint: expect.stringContaining('Push') });
    expect(await one.remoteGit('for-each-ref', 'refs/fairway', 'refs/tags/v1.1.0')).toBe('');
  });
});
