import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import type { Repository } from '../../../src/ports.ts';
import type { AnnouncePorts } from '../../../src/stages/release.ts';
import { planRelease, prepareRelease, publishRelease } from '../../../src/stages/release.ts';
import { verifyRelease } from '../../../src/stages/release/verify.ts';
import type { FakeGitHub } from '../../fakes/github.ts';
import { startFakeGitHub } from '../../fakes/github.ts';
import type { Place, Scene } from './scene.ts';
import { released, scene, settingsWith } from './scene.ts';

const settings = settingsWith({ forge: 'github', assets: ['shop.tgz'] });
let one: Scene;
let github: FakeGitHub;
let work: Place;
let repository: Repository;
let ports: AnnouncePorts;

beforeEach(async () => {
  one = await scene();
  github = await startFakeGitHub();
  work = await released(one);
  repository = await work.open();
  const directory = await one.folder('assets');
  await writeFile(join(directory, 'shop.tgz'), 'the bytes');
  const clock = { sleep: () => Promise.resolve(), now: () => new Date(0) };
  ports = {
    forge: githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock }),
    files: nodeFiles(),
    directory,
  };
});
afterEach(async () => await Promise.all([one.remove(), github.close()]));

const prepare = async () =>
  await prepareRelease(
    await planRelease(settings, { withRemote: true }, repository),
    settings,
    repository,
    ports.forge,
  );
const publish = async () => await publishRelease(await prepare(), settings, repository, ports);

test('a plan writes nothing: neither to the remote nor to the forge nor here', async () => {
  const before = [
    await one.remoteGit('for-each-ref'),
    await work.git('for-each-ref'),
    await work.git('status', '--porcelain'),
  ];

  const plan = await planRelease(settings, { withRemote: true }, repository);
  const prepared = await prepare();

  expect(plan.planDigest).toBe(prepared.plan.planDigest);
  await one.remoteGit('update-ref', '-d', `refs/fairway/candidates/1.1.0/${prepared.commit}`);
  await work.git('update-ref', '-d', `refs/fairway/candidates/1.1.0/${prepared.commit}`);
  expect([
    await one.remoteGit('for-each-ref'),
    await work.git('for-each-ref'),
    await work.git('status', '--porcelain'),
  ]).toEqual(before);
  expect(github.log.every((line) => line.startsWith('GET '))).toBe(true);
});

test('what would block the release is said before the first write', async () => {
  github.repository.permissions.push = false;

  await expect(prepare()).rejects.toMatchObject({ code: 'RELEASE_BLOCKED' });
  expect(await one.remoteGit('for-each-ref', 'refs/fairway')).toBe('');
  expect(github.log.every((line) => line.startsWith('GET '))).toBe(true);
});

test('a branch that wants pull requests gets one with the version change, once', async () => {
  const hook = join(one.remote, 'hooks', 'update');
  await writeFile(
    hook,
    '#!/bin/sh\ncase "$1" in refs/heads/main) echo "GH013: Repository rule violations"; exit 1;; esac\n',
  );
  await chmod(hook, 0o755);
  github.branchRules = [{ type: 'pull_request' }];
  const prepared = await prepare();
  expect(prepared.remarks).toContain(
    'main takes changes by pull request only: the tag is pushed, the version change is proposed.',
  );

  const published = await publishRelease(prepared, settings, repository, ports);
  await publishRelease(prepared, settings, repository, ports);

  expect(published.branch).toBe('proposed');
  expect(github.pulls).toEqual([
    expect.objectContaining({ head: 'fairway/release-1.1.0', base: 'main', title: 'chore(release): 1.1.0' }),
  ]);
  expect(await one.remoteGit('show', 'fairway/release-1.1.0:package.json')).toContain('"version": "1.1.0"');
  expect(github.releases).toEqual([expect.objectContaining({ tag_name: 'v1.1.0', draft: false })]);
});

test('a fix of an old line is not the latest release', async () => {
  await publish();
  await work.commit('feat!: new');
  await work.git('push', '--quiet', 'origin', 'main');
  await publish();
  await work.git('checkout', '--quiet', '-b', '1.x', 'v1.1.0');
  await work.commit('fix: old');
  await publish();

  expect(github.releases.map(({ tag_name, make_latest }) => [tag_name, make_latest])).toEqual([
    ['v1.1.0', 'true'],
    ['v2.0.0', 'true'],
    ['v1.1.1', 'false'],
  ]);
});

test('a release that is whole is verified; one flipped byte, a missing asset and a draft are found', async () => {
  await publish();
  const good = await verifyRelease('v1.1.0', settings, repository, ports.forge);
  expect(good.wrong).toEqual([]);
  expect(good.checked).toContain('shop.tgz has the checksum of SHA256SUMS.');

  const asset = github.releases[0]?.assets.find(({ name }) => name === 'shop.tgz');
  if (asset !== undefined) asset.content = Buffer.from('the bytez');
  expect((await verifyRelease('1.1.0', settings, repository, ports.forge)).wrong.join(' ')).toContain(
    'shop.tgz has sha256:',
  );

  github.releases[0]?.assets.splice(0, 1);
  expect((await verifyRelease('1.1.0', settings, repository, ports.forge)).wrong).toEqual(['shop.tgz is missing.']);
  const [release] = github.releases;
  if (release !== undefined) release.draft = true;
  expect((await verifyRelease('1.1.0', settings, repository, ports.forge)).wrong).toEqual([
    'The release of v1.1.0 is still a draft.',
  ]);
});

test('an asset may be written by a later step than the preparation, such as the list of what is in it', async () => {
  const withList = settingsWith({ forge: 'github', assets: ['shop.tgz', { path: 'sbom.spdx.json', label: 'SBOM' }] });
  const prepared = await prepare();
  await writeFile(join(ports.directory, 'sbom.spdx.json'), '{ "spdxVersion": "SPDX-2.3" }');

  await publishRelease(prepared, withList, repository, ports);

  expect(github.releases[0]?.assets.map(({ name, label }) => [name, label])).toEqual([
    ['shop.tgz', null],
    ['sbom.spdx.json', 'SBOM'],
    ['SHA256SUMS', null],
  ]);
  const verified = await verifyRelease('v1.1.0', withList, repository, ports.forge);
  expect(verified.checked).toContain('sbom.spdx.json has the checksum of SHA256SUMS.');
});

test('a floating tag that is missing or stayed behind is found', async () => {
  const floating = settingsWith({ forge: 'github', assets: ['shop.tgz'], floatingTags: ['major'] });
  await publish();
  const wrong = async () => (await verifyRelease('v1.1.0', floating, repository, ports.forge)).wrong;
  expect(await wrong()).toEqual(['The floating tag v1 is missing.']);

  await one.remoteGit('tag', 'v1', 'v1.0.0');
  expect(await wrong()).toEqual(['The floating tag v1 stands on 1.0.0, behind 1.1.0.']);
  await one.remoteGit('tag', '--force', 'v1', 'v1.1.0^{commit}');
  expect(await wrong()).toEqual([]);
});

test('a pull request that cannot be told leaves the release green, and is told by the next run', async () => {
  const telling = settingsWith({ forge: 'github', assets: ['shop.tgz'], comments: true, labels: ['released'] });
  const denied = { status: 403, body: { message: 'Resource not accessible by integration' } };
  github.overrides.push({ request: 'MUTATION /graphql', times: 1, reply: denied });
  const prepared = await prepare();

  const published = await publishRelease(prepared, telling, repository, ports);
  expect(published.remarks.join(' ')).toContain('Not all pull requests were told of the release');
  expect(github.releases).toEqual([expect.objectContaining({ draft: false })]);

  for (let run = 0; run < 2; run += 1) await publishRelease(prepared, telling, repository, ports);
  expect(github.comments.map(({ issue }) => issue)).toEqual([12]);
  expect(github.labels).toEqual([{ issue: 12, name: 'released' }]);
});

test('an asset that is not there is said before the tag is pushed', async () => {
  const missing = settingsWith({ forge: 'github', assets: ['nothing.tgz'] });
  const prepared = await prepare();

  await expect(publishRelease(prepared, missing, repository, ports)).rejects.toMatchObject({ code: 'ASSET_MISSING' });
  expect(github.releases).toEqual([]);
  expect(await one.remoteGit('tag')).toBe('v1.0.0');
});

test('notes that GitHub would refuse are cut, and the whole text is an asset', async () => {
  for (let at = 0; at < 5; at += 1)
    await work.git('commit', '--quiet', '--allow-empty', '--message', `feat: ${String(at).repeat(60_000)}`);
  await work.git('push', '--quiet', 'origin', 'main');
  await publish();

  const [release] = github.releases;
  expect(release?.body.length).toBeLessThanOrEqual(120_000);
  expect(release?.assets.map(({ name }) => name)).toContain('RELEASE-NOTES.md');
  expect(release?.assets.find(({ name }) => name === 'RELEASE-NOTES.md')?.content.length).toBeGreaterThan(300_000);
});
