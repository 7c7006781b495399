import { chmod, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planRelease, prepareRelease, publishRelease, resumeRelease } from '../../../src/stages/release.ts';
import type { Scene } from './scene.ts';
import { released, scene, settingsWith } from './scene.ts';

let one: Scene;
const settings = settingsWith();

beforeEach(async () => {
  one = await scene();
});
afterEach(async () => await one.remove());

const tagOnRemote = async (tag: string): Promise<string> => await one.remoteGit('rev-parse', `${tag}^{commit}`);

test('what is tagged is the commit that was prepared, and the branch has it', async () => {
  const work = await released(one);
  const repository = await work.open();
  const before = await work.git('rev-parse', 'HEAD');

  const prepared = await prepareRelease(
    await planRelease(settings, { withRemote: true }, repository),
    settings,
    repository,
  );
  expect(prepared).toMatchObject({ version: '1.1.0', tag: 'v1.1.0', parent: before });
  expect(await work.git('rev-parse', 'HEAD')).toBe(before);
  expect(await work.git('status', '--porcelain')).toBe('');
  expect(await one.remoteGit('rev-parse', `refs/fairway/candidates/1.1.0/${prepared.commit}`)).toBe(prepared.commit);

  const published = await publishRelease(prepared, settings, repository);
  expect(published).toMatchObject({ branch: 'forwarded', remarks: [] });
  expect(await tagOnRemote('v1.1.0')).toBe(prepared.commit);
  expect(await one.remoteGit('rev-parse', 'main')).toBe(prepared.commit);
  expect(await work.git('rev-parse', 'HEAD')).toBe(prepared.commit);
  expect(await work.git('status', '--porcelain')).toBe('');
  expect(await work.read('package.json')).toContain('"version": "1.1.0"');
  expect(await one.remoteGit('for-each-ref', 'refs/fairway')).toBe('');
});

test('the same plan gives the same commit and the same digest in another clone', async () => {
  const work = await released(one);
  const other = await one.clone();
  const [a, b] = await Promise.all(
    [work, other].map(async (clone) => {
      const repository = await clone.open();
      const plan = await planRelease(settings, {}, repository);
      return { digest: plan.planDigest, commit: (await prepareRelease(plan, settings, repository)).commit };
    }),
  );

  expect(a).toEqual(b);
});

test('when the branch moved, the tag stays on what was deployed and the version change is made anew on the new head', async () => {
  const work = await released(one);
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  const other = await one.clone();
  await other.write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- By hand\n');
  const moved = await other.commit('fix: meanwhile');
  await other.git('push', '--quiet', 'origin', 'main');

  const published = await publishRelease(prepared, settings, repository);

  expect(published.branch).toBe('regenerated');
  expect(await tagOnRemote('v1.1.0')).toBe(prepared.commit);
  expect(await one.remoteGit('rev-parse', 'main~1')).toBe(moved);
  const changelog = await one.remoteGit('show', 'main:CHANGELOG.md');
  expect(changelog).toContain('- By hand');
  expect(changelog).toContain('- search');

  await other.git('pull', '--quiet');
  const next = await planRelease(settings, { withRemote: true }, await other.open());
  expect(next).toMatchObject({ current: '1.1.0', next: '1.1.1' });
  expect(next.decision.commits.filter(({ level }) => level !== 'none').map(({ header }) => header)).toEqual([
    'fix: meanwhile',
  ]);
});

test('when the branch takes no push, only the tag is pushed, and the message says what is left', async () => {
  const work = await released(one);
  const hook = join(one.remote, 'hooks', 'update');
  await writeFile(
    hook,
    '#!/bin/sh\ncase "$1" in refs/heads/main) echo "GH006: Protected branch update failed"; exit 1;; esac\n',
  );
  await chmod(hook, 0o755);
  const repository = await work.open();
  const before = await one.remoteGit('rev-parse', 'main');

  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  const published = await publishRelease(prepared, settings, repository);

  expect(published.branch).toBe('left');
  expect(published.remarks.join(' ')).toContain('GH006: Protected branch update failed');
  expect(await tagOnRemote('v1.1.0')).toBe(prepared.commit);
  expect(await one.remoteGit('rev-parse', 'main')).toBe(before);
  expect((await planRelease(settings, { withRemote: true }, await work.open())).kind).toBe('released');
});

test('the version change alone, merged by pull request or squashed, is the release that is out already', async () => {
  const work = await released(one);
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  await one.remoteGit('update-ref', 'refs/tags/v1.1.0', prepared.commit);
  await work.write('package.json', '{ "version": "1.1.0" }\n');
  await work.git('commit', '--quiet', '--all', '--message', 'chore(release): 1.1.0 (#13)');

  const again = await prepareRelease(
    await planRelease(settings, { withRemote: true }, repository),
    settings,
    repository,
  );

  expect(again).toMatchObject({ version: '1.1.0', commit: prepared.commit, tag: 'v1.1.0' });
});

test('an attempt that was rolled back leaves its version free for the next one', async () => {
  const work = await released(one);
  const repository = await work.open();
  const first = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  await work.commit('fix: what broke it');
  await work.git('push', '--quiet', 'origin', 'main');
  const second = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);

  expect([first.version, second.version]).toEqual(['1.1.0', '1.1.0']);
  expect(first.commit).not.toBe(second.commit);
  await publishRelease(second, settings, repository);
  expect(await tagOnRemote('v1.1.0')).toBe(second.commit);
  expect(await one.remoteGit('for-each-ref', 'refs/fairway')).toBe('');
});

test('of two runs at once the second is told before it touches anything', async () => {
  const work = await released(one);
  const other = await one.clone();
  const theirs = await planRelease(settings, {}, await other.open());
  const repository = await work.open();
  await publishRelease(
    await prepareRelease(await planRelease(settings, {}, repository), settings, repository),
    settings,
    repository,
  );

  await expect(prepareRelease(theirs, settings, await other.open())).rejects.toMatchObject({ code: 'PLAN_STALE' });
});

test('a release whose runner was lost after the promotion is finished from its candidate by another machine', async () => {
  const work = await released(one);
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);

  const other = await (await one.clone()).open();
  const found = await resumeRelease({ commit: prepared.commit }, settings, other);
  expect(found).toMatchObject({ version: '1.1.0', commit: prepared.commit, parent: prepared.parent });
  expect(found?.plan.planDigest).toBe(prepared.plan.planDigest);
  if (found !== null) await publishRelease(found, settings, other);

  expect(await tagOnRemote('v1.1.0')).toBe(prepared.commit);
});

test('a commit that is released comes back as that release, and publishing it again changes nothing', async () => {
  const work = await released(one);
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  await publishRelease(prepared, settings, repository);
  const refs = await one.remoteGit('for-each-ref');

  const again = await prepareRelease(
    await planRelease(settings, { withRemote: true }, repository),
    settings,
    repository,
  );
  expect(again).toMatchObject({ version: '1.1.0', tag: 'v1.1.0', commit: prepared.commit });
  await publishRelease(again, settings, repository);
  expect(await one.remoteGit('for-each-ref')).toBe(refs);
});

test('only chores: the commit itself, named after the last release, and no tag', async () => {
  const work = await released(one);
  await work.git('tag', 'v1.1.0');
  const commit = await work.commit('chore: tidy');
  const repository = await work.open();

  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);

  expect(prepared).toMatchObject({ version: `1.1.0+${commit.slice(0, 7)}`, commit, tag: null });
});

test("local tags that are nobody else's business stay local", async () => {
  const work = await released(one);
  await work.git('tag', 'junk');
  await work.git('tag', 'v0.0.1-private');
  const repository = await work.open();
  await publishRelease(
    await prepareRelease(await planRelease(settings, {}, repository), settings, repository),
    settings,
    repository,
  );

  expect((await one.remoteGit('tag')).split('\n')).toEqual(['v1.0.0', 'v1.1.0']);
});

test('uncommitted work is not lost when the branch moves forward: the release is out, and the way on is said', async () => {
  const work = await released(one);
  await work.write('package.json', '{ "half": "done" }\n');
  const repository = await work.open();
  const published = await publishRelease(
    await prepareRelease(await planRelease(settings, {}, repository), settings, repository),
    settings,
    repository,
  );

  expect(published.branch).toBe('forwarded');
  expect(published.remarks.join(' ')).toContain('uncommitted changes in package.json');
  expect(await work.read('package.json')).toBe('{ "half": "done" }\n');
});

test('without a remote everything happens here', async () => {
  const work = await released(one);
  await work.git('remote', 'remove', 'origin');
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  const published = await publishRelease(prepared, settings, repository);

  expect(published.branch).toBe('forwarded');
  expect(await work.git('rev-parse', 'v1.1.0^{commit}', 'HEAD')).toBe(`${prepared.commit}\n${prepared.commit}`);
});

test('commits that were never pushed go with the release', async () => {
  const work = await released(one);
  await work.commit('fix: only here');
  await work.git('checkout', '--quiet', '-b', 'fresh');
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);

  expect(await publishRelease(prepared, settings, repository)).toMatchObject({ branch: 'forwarded', remarks: [] });
  expect(await one.remoteGit('rev-parse', 'fresh')).toBe(prepared.commit);
});

test('a detached HEAD: the tag is pushed, the branch is left, and that is said', async () => {
  const work = await released(one);
  await work.git('checkout', '--quiet', '--detach');
  const repository = await work.open();
  const published = await publishRelease(
    await prepareRelease(await planRelease(settings, {}, repository), settings, repository),
    settings,
    repository,
  );

  expect(published).toMatchObject({ branch: 'left', remarks: ['HEAD was on no branch: only the tag was pushed.'] });
});

test('a branch whose name looks like a flag is a branch', async () => {
  const work = await released(one);
  await work.git('symbolic-ref', 'HEAD', 'refs/heads/--all');
  await work.git('update-ref', 'refs/heads/--all', 'refs/heads/main');
  await work.git('push', '--quiet', 'origin', 'refs/heads/--all:refs/heads/--all');
  const repository = await work.open();
  const prepared = await prepareRelease(await planRelease(settings, {}, repository), settings, repository);
  const published = await publishRelease(prepared, settings, repository);

  expect(published.branch).toBe('forwarded');
  expect(await one.remoteGit('rev-parse', 'refs/heads/--all')).toBe(prepared.commit);
});

test('floating tags follow the newest stable release of their line, and only forward', async () => {
  const work = await released(one);
  const floating = settingsWith({ floatingTags: ['major', 'minor'] });
  const repository = await work.open();
  const ship = async () =>
    await publishRelease(
      await prepareRelease(await planRelease(floating, { withRemote: true }, repository), floating, repository),
      floating,
      repository,
    );
  expect((await ship()).floating).toEqual(['v1', 'v1.1']);
  const onOne = await tagOnRemote('v1');
  await work.commit('feat!: new');
  await work.git('push', '--quiet', 'origin', 'main');
  expect((await ship()).floating).toEqual(['v2', 'v2.0']);
  expect(await tagOnRemote('v1')).toBe(onOne);
  await work.git('checkout', '--quiet', '-b', '1.x', 'v1.1.0');
  await work.commit('fix: old line');
  await work.git('push', '--quiet', 'origin', '1.x');

  expect(await ship()).toMatchObject({ version: '1.1.1', floating: ['v1', 'v1.1'] });
  expect(await tagOnRemote('v1')).toBe(await tagOnRemote('v1.1.1'));
  expect(await tagOnRemote('v2')).toBe(await tagOnRemote('v2.0.0'));
});

test('a clock that runs backwards and a message of 5 MB change nothing', async () => {
  const work = await released(one);
  let parent = await work.git('rev-parse', 'HEAD');
  const tree = await work.git('rev-parse', 'HEAD^{tree}');
  const long = 'x'.repeat(5_000_000);
  for (const [at, message] of ['fix: first', `fix: second\n\n${long}`, 'docs: third'].entries()) {
    const date = `somebody <s@example.invalid> ${1_000_000_000 - at * 86_400} +0000`;
    await work.write('raw', `tree ${tree}\nparent ${parent}\nauthor ${date}\ncommitter ${date}\n\n${message}\n`);
    parent = await work.git('hash-object', '-t', 'commit', '-w', 'raw');
  }
  await work.git('update-ref', 'refs/heads/main', parent);
  await unlink(join(work.directory, 'raw'));
  await work.git('push', '--quiet', 'origin', 'main');

  const repository = await work.open();
  const plan = await planRelease(settings, {}, repository);

  expect(plan).toMatchObject({ current: '1.0.0', next: '1.1.0' });
  expect(plan.decision.commits.map(({ header }) => header)).toEqual([
    'docs: third',
    'fix: second',
    'fix: first',
    'feat: search (#12)',
  ]);
  expect(plan.notes.length).toBeLessThan(1_000);
  await publishRelease(await prepareRelease(plan, settings, repository), settings, repository);
  expect((await planRelease(settings, { withRemote: true }, repository)).kind).toBe('released');
});

test('the same patch, released on another line without a word about it, is listed as also in that version', async () => {
  const work = await released(one);
  await work.write('pager.txt', 'right\n');
  await work.git('add', '--all');
  await work.git('commit', '--quiet', '--message', 'fix: the pager');
  await work.git('checkout', '--quiet', '-b', '1.0.x', 'v1.0.0');
  await work.write('pager.txt', 'right\n');
  await work.git('add', '--all');
  await work.git('commit', '--quiet', '--message', 'fix: the pager');
  await work.git('tag', 'v1.0.1');
  await work.git('checkout', '--quiet', 'main');

  const { decision, notes } = await planRelease(settings, {}, await work.open());

  expect(decision.commits.find(({ header }) => header === 'fix: the pager')).toMatchObject({ alsoIn: 'v1.0.1' });
  expect(notes).toContain('also in v1.0.1');
});
