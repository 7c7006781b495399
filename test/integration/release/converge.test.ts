import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { seededRandom } from '../../load/mix.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import type { AnnouncePorts } from '../../../src/stages/release.ts';
import { planRelease, prepareRelease, publishRelease, resumeRelease } from '../../../src/stages/release.ts';
import type { FakeGitHub, Fault } from '../../fakes/github.ts';
import { startFakeGitHub } from '../../fakes/github.ts';
import { Killed, mortal } from './mortal.ts';
import type { Place, Scene } from './scene.ts';
import { released, scene, settingsWith } from './scene.ts';

const settings = settingsWith({
  forge: 'github',
  assets: ['shop.tgz', { path: 'shop.txt', name: 'readme.txt', label: 'Read me' }],
  floatingTags: ['major'],
  comments: true,
  labels: ['released'],
  followers: ['after.yml'],
});

interface World {
  readonly one: Scene;
  readonly github: FakeGitHub;
  readonly work: Place;
  readonly assets: string;
}

async function world(): Promise<World> {
  const one = await scene();
  const [github, work, assets] = await Promise.all([startFakeGitHub(), released(one), one.folder('assets')]);
  await Promise.all([
    writeFile(join(assets, 'shop.tgz'), Buffer.alloc(2048, 7)),
    writeFile(join(assets, 'shop.txt'), 'read me\n'),
  ]);
  return { one, github, work, assets };
}

async function end({ one, github }: World): Promise<void> {
  await Promise.all([one.remove(), github.close()]);
}

const remoteCalls = ['push', 'remoteRefs', 'fetch', 'updateRefs', 'fastForward'];
const forgeCalls = [
  'preflight',
  'findReleases',
  'createDraft',
  'publish',
  'deleteDraft',
  'uploadAsset',
  'renameAsset',
  'deleteAsset',
  'startWorkflow',
  'tell',
];

async function release(
  { work, github, assets }: World,
  counter = { left: 0, when: 'before' as 'before' | 'after' },
): Promise<void> {
  const repository = mortal(await work.open(), remoteCalls, counter);
  const patience = { sleep: () => Promise.resolve(), now: () => new Date(0) };
  const forge = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock: patience, timeoutMs: 400 });
  const ports: AnnouncePorts = { forge: mortal(forge, forgeCalls, counter), files: nodeFiles(), directory: assets };
  const resumed = await resumeRelease({}, settings, repository);
  const prepared =
    resumed ??
    (await prepareRelease(
      await planRelease(settings, { withRemote: true }, repository),
      settings,
      repository,
      ports.forge,
    ));
  await publishRelease(prepared, settings, repository, ports);
}

/** Everything that the world sees of a release. */
async function visible({ one, github, work }: World) {
  return {
    refs: await one.remoteGit('for-each-ref', '--format=%(refname) %(objectname)'),
    here: await work.git(
      'for-each-ref',
      '--format=%(refname) %(objectname)',
      'refs/tags',
      'refs/heads',
      'refs/fairway',
    ),
    head: await work.git('rev-parse', 'HEAD'),
    releases: github.releases.map(({ tag_name, draft, prerelease, make_latest, body, assets }) => ({
      tag_name,
      draft,
      prerelease,
      make_latest,
      body,
      assets: assets
        .map(({ name, label, content }) => `${name} ${label ?? ''} ${content.toString('base64').slice(0, 40)}`)
        .toSorted(),
    })),
    comments: github.comments.length,
    labels: github.labels,
    dispatches: github.dispatches,
  };
}

type Visible = Awaited<ReturnType<typeof visible>>;

/** Names of commits differ between worlds, because dates do; what they are called after does not. */
function shape({ refs, here, releases, comments, labels, dispatches }: Visible) {
  const names = (text: string) => text.split('\n').map((line) => line.split(' ')[0]);
  const isOne = new Set(
    refs
      .split('\n')
      .filter((line) => /heads\/main|tags\/v1 /.test(line))
      .map((line) => line.split(' ')[1]),
  ).size;
  return {
    refs: names(refs),
    here: names(here),
    isOne,
    releases: releases.map(({ body, ...rest }) => ({ ...rest, length: body.length })),
    comments,
    labels,
    dispatches,
  };
}

let baseline: ReturnType<typeof shape>;
let calls = 0;
let requests = 0;

beforeEach(async () => {
  if (calls > 0) return;
  const quiet = await world();
  const counter = { left: 0, when: 'before' as const };
  await release(quiet, counter);
  calls = -counter.left;
  requests = quiet.github.log.length;
  baseline = shape(await visible(quiet));
  await end(quiet);
});

let current: World;
beforeEach(async () => {
  current = await world();
});
afterEach(async () => await end(current));

test('a release without any fault is whole', () => {
  expect(baseline.releases).toEqual([
    expect.objectContaining({
      tag_name: 'v1.1.0',
      draft: false,
      make_latest: 'true',
      assets: [
        expect.stringContaining('SHA256SUMS'),
        expect.stringContaining('readme.txt Read me'),
        expect.stringContaining('shop.tgz'),
      ],
    }),
  ]);
  expect(baseline.refs).toEqual(['refs/heads/main', 'refs/tags/v1', 'refs/tags/v1.0.0', 'refs/tags/v1.1.0']);
  expect(baseline).toMatchObject({
    labels: [{ issue: 12, name: 'released' }],
    isOne: 1,
    comments: 1,
    dispatches: [{ workflow: 'after.yml', ref: 'v1.1.0' }],
  });
});

/** Points in order, spread over the whole: all of them in the proof, a sample here. */
function points(total: number, sample: number): readonly number[] {
  if (process.env['FAIRWAY_PROOF'] === 'all') return Array.from({ length: total }, (_, at) => at + 1);
  return Array.from({ length: sample }, (_, at) => Math.max(1, Math.round(((at + 1) * total) / sample)));
}

describe('killed at a call, and run again', () => {
  test.each(['before', 'after'] as const)('%s the call happened: one final state', async (when) => {
    const worlds: number[] = [];
    for (const at of points(calls, 6)) {
      const hurt = await world();
      const died = await release(hurt, { left: at, when }).then(
        () => false,
        (error: unknown) => error instanceof Killed,
      );
      expect(died, `killed at call ${at}`).toBe(true);
      await release(hurt);
      expect(shape(await visible(hurt)), `killed ${when} call ${at}`).toEqual(baseline);
      await end(hurt);
      worlds.push(at);
    }
    expect(worlds.length).toBeGreaterThan(0);
  });
});

describe('a forge that fails at a request', () => {
  test.each<[Fault['when'], Fault['how']]>([
    ['before', 'status-503'],
    ['after', 'status-503'],
    ['after', 'cut'],
    ['after', 'hang'],
  ])('%s it happened, by %s: the same or the next run ends in one final state', async (when, how) => {
    for (const at of points(requests, 4)) {
      const hurt = await world();
      hurt.github.faults = [{ at, when, how }];
      await release(hurt).catch(async (error: unknown) => {
        expect(error).toMatchObject({ code: 'FORGE_UNAVAILABLE' });
        await release(hurt);
      });
      expect(shape(await visible(hurt)), `${how} ${when} request ${at}`).toEqual(baseline);
      await end(hurt);
    }
  });

  test('a run that did not finish never ends well', async () => {
    current.github.faults = Array.from({ length: 400 }, (_, at) => ({
      at: at + 12,
      when: 'before' as const,
      how: 'status-503' as const,
    }));

    await expect(release(current)).rejects.toMatchObject({ code: 'FORGE_UNAVAILABLE' });
    expect(current.github.releases.some(({ draft }) => !draft)).toBe(false);
  });
});

/** Two faults anywhere, and perhaps a kill on top: a sample here, many in the proof. */
test('random pairs of faults, with and without a kill, end in one final state', async () => {
  const random = seededRandom(11);
  const any = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const fault = (): Fault => {
    const when = random() < 0.5 ? 'before' : 'after';
    const hows = when === 'before' ? (['status-503'] as const) : (['status-503', 'cut'] as const);
    return { at: any(1, requests), when, how: hows[any(0, hows.length - 1)] ?? 'status-503' };
  };
  for (let pair = 0; pair < (process.env['FAIRWAY_PROOF'] === 'all' ? 60 : 4); pair += 1) {
    const hurt = await world();
    hurt.github.faults = [fault(), fault()];
    const kill = random() < 0.5 ? { left: any(1, calls), when: 'after' as const } : undefined;
    const told = JSON.stringify({ pair, faults: hurt.github.faults, kill });
    let isDone = await release(hurt, kill).then(
      () => true,
      () => false,
    );
    for (let attempt = 0; attempt < 3 && !isDone; attempt += 1) {
      isDone = await release(hurt).then(
        () => true,
        () => false,
      );
    }
    expect(isDone, told).toBe(true);
    expect(shape(await visible(hurt)), told).toEqual(baseline);
    await end(hurt);
  }
});

test('an asset that an upload left broken is replaced: the new one is there before the old one goes', async () => {
  await release(current);
  const [there] = current.github.releases;
  const broken = there?.assets.find(({ name }) => name === 'shop.tgz');
  if (there === undefined || broken === undefined) throw new Error('no release');
  there.draft = true;
  broken.content = Buffer.from('half');
  current.github.log.length = 0;

  await release(current);

  const changes = current.github.log.filter((line) => !line.startsWith('GET') && line.includes('assets'));
  expect(changes.map((line) => line.split(' ')[0])).toEqual(['POST', 'DELETE', 'PATCH']);
  expect(shape(await visible(current))).toEqual(baseline);
});

test('an asset that stands broken on an immutable release ends in a clear error', async () => {
  await release(current);
  current.github.isImmutable = true;
  const asset = current.github.releases[0]?.assets.find(({ name }) => name === 'shop.tgz');
  if (asset !== undefined) asset.content = Buffer.from('half');

  await expect(release(current)).rejects.toMatchObject({ code: 'RELEASE_IMMUTABLE' });
});
