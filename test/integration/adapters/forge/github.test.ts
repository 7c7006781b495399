import type { Emulator } from 'emulate';
import { createEmulator } from 'emulate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { githubForge } from '../../../../src/adapters/forge/github.ts';
import { openForge } from '../../../../src/adapters/forge/open.ts';
import type { Forge } from '../../../../src/ports.ts';
import type { FakeGitHub } from '../../../fakes/github.ts';
import { startFakeGitHub } from '../../../fakes/github.ts';

const slept: number[] = [];
const clock = {
  sleep: (ms: number) => {
    slept.push(ms);
    return Promise.resolve();
  },
  now: () => new Date(1_000_000),
};
const draft = { tag: 'v1.0.0', commit: 'a'.repeat(40), name: 'v1.0.0', body: 'notes', isPrerelease: false };
const content = new TextEncoder().encode('bytes');

describe.each(['emulate', 'our fake'] as const)('a release on GitHub (%s)', (which) => {
  let forge: Forge;
  let close: () => Promise<void>;

  beforeEach(async () => {
    if (which === 'our fake') {
      const github = await startFakeGitHub();
      forge = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock });
      close = async () => await github.close();
      return;
    }
    const github: Emulator = await createEmulator({
      service: 'github',
      port: 0,
      seed: {
        github: { users: [{ login: 'owner' }], repos: [{ owner: 'owner', name: 'name', auto_init: true }] },
        tokens: { t: { login: 'owner', scopes: ['repo'] } },
      },
    } as never);
    forge = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock });
    close = async () => await github.close();
  });
  afterEach(async () => await close());

  test('begins as a draft that is found by its tag, takes assets, and is published', async () => {
    expect(await forge.findReleases('v1.0.0')).toEqual([]);
    const made = await forge.createDraft(draft);
    expect(made).toMatchObject({ tag: 'v1.0.0', isDraft: true, body: 'notes' });
    expect((await forge.findReleases('v1.0.0')).map(({ id }) => id)).toEqual([made.id]);

    const asset = await forge.uploadAsset(made, { name: 'a.txt', label: 'An asset', content });
    expect(asset).toMatchObject({ name: 'a.txt', size: 5, isComplete: true });
    await forge.renameAsset(asset.id, 'b.txt');
    const second = await forge.uploadAsset(made, { name: 'c.txt', label: null, content });
    await forge.deleteAsset(second.id);
    await forge.deleteAsset(second.id);

    const published = await forge.publish(made.id, { isLatest: true });
    expect(published.isDraft).toBe(false);
    expect((await forge.findReleases('v1.0.0'))[0]?.assets.map(({ name }) => name)).toEqual(['b.txt']);
  });

  test('a draft can be deleted, twice', async () => {
    const made = await forge.createDraft(draft);
    await forge.deleteDraft(made.id);
    await forge.deleteDraft(made.id);

    expect(await forge.findReleases('v1.0.0')).toEqual([]);
  });
});

test('a commit that the forge makes has the parent, the message and the files that were asked for', async () => {
  const github: Emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      github: { users: [{ login: 'owner' }], repos: [{ owner: 'owner', name: 'name', auto_init: true }] },
      tokens: { t: { login: 'owner', scopes: ['repo'] } },
    },
  } as never);
  try {
    const get = async (path: string): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${github.url}/repos/owner/name${path}`, { headers: { authorization: 'token t' } });
      return (await answer.json()) as Record<string, unknown>;
    };
    const parent = ((await get('/branches/main'))['commit'] as { sha: string }).sha;
    const forge = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock });

    const { commit } = await forge.commitOn(
      parent,
      [
        { path: 'CHANGELOG.md', content: '# 1\n' },
        { path: 'bin/version', content: '#!/bin/sh\n', mode: '100755' },
      ],
      'chore(release): 1.0.0',
    );
    await forge.createRef('refs/heads/candidate', commit);

    const made = await get(`/git/commits/${commit}`);
    expect(made).toMatchObject({ message: 'chore(release): 1.0.0', parents: [{ sha: parent }] });
    expect(((await get('/branches/candidate'))['commit'] as { sha: string }).sha).toBe(commit);
    const { tree } = (await get(`/git/trees/${(made['tree'] as { sha: string }).sha}?recursive=1`)) as {
      tree?: readonly { path: string; mode: string }[];
    };
    const modes = new Map(tree?.map(({ path, mode }) => [path, mode]));
    expect([modes.get('CHANGELOG.md'), modes.get('bin/version')]).toEqual(['100644', '100755']);
  } finally {
    await github.close();
  }
});

describe('what GitHub answers when it does not want to', () => {
  let github: FakeGitHub;
  let forge: Forge;

  beforeEach(async () => {
    slept.length = 0;
    github = await startFakeGitHub();
    forge = githubForge({ project: 'owner/name', token: 'secret-token', apiUrl: github.url, clock, timeoutMs: 500 });
  });
  afterEach(async () => await github.close());

  const instead = (
    request: string,
    times: number,
    status: number,
    headers: Record<string, string> = {},
    message = 'no',
  ) => github.overrides.push({ request, times, reply: { status, headers, body: { message } } });

  test('429 with Retry-After is waited for, also by a write: nothing happened', async () => {
    instead('POST /releases', 2, 429, { 'retry-after': '7' });

    await forge.createDraft(draft);

    expect(slept).toEqual([7_000, 7_000]);
    expect(github.releases).toHaveLength(1);
  });

  test('a secondary limit is told by 403 and waited for', async () => {
    instead('POST /releases', 1, 403, { 'retry-after': '3' }, 'You have exceeded a secondary rate limit');

    await forge.createDraft(draft);

    expect(slept).toEqual([3_000]);
  });

  test('a limit that asks for an hour ends the run, and says so', async () => {
    instead('POST /releases', 1, 403, { 'retry-after': '3600' });

    await expect(forge.createDraft(draft)).rejects.toMatchObject({ code: 'FORGE_LIMITED' });
    expect(slept).toEqual([]);
  });

  test('a missing permission is named, and the token is not', async () => {
    instead(
      'POST /releases',
      1,
      403,
      { 'x-accepted-github-permissions': 'contents=write' },
      'Resource not accessible by integration',
    );
    const error = (await forge.createDraft(draft).catch((caught: unknown) => caught)) as Error & { hint: string };

    expect(error).toMatchObject({ code: 'FORGE_DENIED' });
    expect(error.hint).toContain('permissions:\n  contents: write');
    expect(`${error.message} ${error.hint}`).not.toContain('secret-token');
  });

  test('a read is tried again after 502, a write is not: nobody knows whether it happened', async () => {
    instead('GET /releases/tags', 2, 502);
    expect(await forge.findReleases('v1.0.0')).toEqual([]);

    instead('POST /releases', 1, 502);
    await expect(forge.createDraft(draft)).rejects.toMatchObject({ code: 'FORGE_UNAVAILABLE' });
    expect(github.log.filter((line) => line === 'POST /releases')).toHaveLength(1);
  });

  test('a forge that never answers ends by the deadline', async () => {
    github.faults = Array.from({ length: 10 }, (_, at) => ({
      at: at + 1,
      when: 'before' as const,
      how: 'hang' as const,
    }));

    await expect(forge.createDraft(draft)).rejects.toMatchObject({ code: 'FORGE_UNAVAILABLE' });
  });

  test('preflight tells who may not push, which branch wants pull requests, and which tags are protected', async () => {
    const target = { branch: 'main', tag: 'v1.0.0' };
    expect(await forge.preflight(target)).toMatchObject({
      refusal: null,
      needsPullRequest: false,
      isTagProtected: false,
    });

    github.repository.permissions.push = false;
    github.branchRules = [{ type: 'pull_request' }, { type: 'required_signatures' }];
    github.isImmutable = true;
    github.tagRulesets = [
      {
        id: 1,
        target: 'tag',
        enforcement: 'active',
        rules: [{ type: 'creation' }],
        conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } },
      },
    ];

    expect(await forge.preflight(target)).toEqual({
      refusal: 'the token cannot push: in GitHub Actions the job needs permissions: contents: write',
      needsPullRequest: true,
      needsSignature: true,
      isTagProtected: true,
      remarks: ['Releases are immutable: assets cannot be added after publishing.'],
    });
    expect(github.log.every((line) => line.startsWith('GET '))).toBe(true);
  });

  test('branch protection of the older kind is seen, too, as far as the token may see it', async () => {
    const target = { branch: 'main', tag: 'v1.0.0' };
    github.isProtected = true;
    expect((await forge.preflight(target)).remarks).toContain(
      'main is protected: whether it takes our push shows only then.',
    );

    github.protection = { requiresSignatures: true, requiredApprovingReviewCount: 0, viewerCanPush: true };
    expect(await forge.preflight(target)).toMatchObject({ needsSignature: true, needsPullRequest: false, remarks: [] });
    github.protection = { requiresSignatures: false, requiredApprovingReviewCount: 2, viewerCanPush: true };
    expect(await forge.preflight(target)).toMatchObject({ needsSignature: false, needsPullRequest: true });
    github.protection = { requiresSignatures: false, requiredApprovingReviewCount: 0, viewerCanPush: false };
    expect(await forge.preflight(target)).toMatchObject({ needsPullRequest: true });
    expect(github.log.every((line) => /^(GET|QUERY) /.test(line))).toBe(true);
  });

  test('a push with the token of a job starts no workflow, and that is said', async () => {
    const job = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock, isJobToken: true });

    expect((await job.preflight({ branch: 'main', tag: 'v1.0.0' })).remarks.join(' ')).toContain('release.followers');
  });

  test('a merge queue takes no push', async () => {
    github.branchRules = [{ type: 'merge_queue' }];

    expect(await forge.preflight({ branch: 'main', tag: 'v1.0.0' })).toMatchObject({ needsPullRequest: true });
  });

  test('a pull request is opened once, a workflow is started once', async () => {
    const change = { from: 'fairway/release-1.0.0', into: 'main', title: 'chore(release): 1.0.0', body: '' };
    expect((await forge.propose(change)).number).toBe((await forge.propose(change)).number);
    for (let run = 0; run < 2; run += 1) {
      await forge.startWorkflow('after.yml', 'v1.0.0');
    }

    expect(github.pulls).toHaveLength(1);
    expect(github.dispatches).toHaveLength(1);
  });
});

describe('which forge a repository lives on', () => {
  const wish = {
    forge: 'auto' as const,
    place: { host: 'github.com', project: 'owner/name' },
    token: 't',
    env: {},
    clock,
  };

  test('GitHub by the address of the remote, and only with a token', () => {
    expect(openForge(wish)?.kind).toBe('github');
    expect(openForge({ ...wish, token: null })).toBeNull();
    expect(openForge({ ...wish, place: { host: 'gitlab.com', project: 'owner/name' } })).toBeNull();
    expect(openForge({ ...wish, place: null })).toBeNull();
    expect(openForge({ ...wish, forge: 'none' })).toBeNull();
  });

  test('an enterprise server by what the job says', () => {
    const env = { GITHUB_SERVER_URL: 'https://git.example', GITHUB_API_URL: 'https://git.example/api/v3' };

    expect(openForge({ ...wish, place: { host: 'git.example', project: 'owner/name' }, env })?.kind).toBe('github');
  });

  test('asked for by name, a missing token is an error', () => {
    expect(() => openForge({ ...wish, forge: 'github', token: null })).toThrow(
      'release.forge is github, but there is no token.',
    );
  });
});
