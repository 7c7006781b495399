import { createEmulator } from 'emulate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { githubForge } from '../../../../src/adapters/forge/github.ts';
import { graphqlUrl } from '../../../../src/adapters/forge/github-graphql.ts';
import type { Forge } from '../../../../src/ports.ts';
import type { FakeGitHub } from '../../../fakes/github.ts';
import { startFakeGitHub } from '../../../fakes/github.ts';

const note = { marker: '<!-- fairway-release v1.1.0 -->', text: 'Released in v1.1.0.', labels: ['released'] };
const slept: number[] = [];
const clock = {
  sleep: (ms: number) => {
    slept.push(ms);
    return Promise.resolve();
  },
  now: () => new Date(0),
};
let github: FakeGitHub;
let forge: Forge;

beforeEach(async () => {
  slept.length = 0;
  github = await startFakeGitHub();
  forge = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock, timeoutMs: 2_000 });
});
afterEach(async () => await github.close());

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);
const written = () => github.log.filter((line) => line.startsWith('MUTATION'));

describe('issues and pull requests are told of a release', () => {
  test('fifty of them with three writes, paced for the limits of GitHub', async () => {
    expect(await forge.tell(upTo(50), note)).toEqual([]);

    expect(github.comments.map(({ issue }) => issue)).toEqual(upTo(50));
    expect(github.comments[0]?.body).toBe('Released in v1.1.0.\n\n<!-- fairway-release v1.1.0 -->');
    expect(github.labels).toEqual(upTo(50).map((issue) => ({ issue, name: 'released' })));
    expect(written()).toHaveLength(3);
    expect(slept).toEqual([15_000, 15_000]);
  });

  test('told again, nothing is written; who was missed is told', async () => {
    await forge.tell(upTo(3), note);
    github.log.length = 0;
    await forge.tell(upTo(3), note);
    expect(written()).toEqual([]);

    await forge.tell(upTo(4), note);
    expect(github.comments.map(({ issue }) => issue)).toEqual([1, 2, 3, 4]);
  });

  test('a comment without a label and a label without a comment are both possible', async () => {
    await forge.tell([1], { ...note, labels: [] });
    await forge.tell([2], { ...note, text: null });

    expect(github.comments.map(({ issue }) => issue)).toEqual([1]);
    expect(github.labels).toEqual([{ issue: 2, name: 'released' }]);
  });

  test('a number that names nothing is passed over, and a locked conversation is said', async () => {
    github.missingIssues.push(2);
    github.lockedIssues.push(3);

    expect(await forge.tell([1, 2, 3, 4], note)).toEqual(['#3: the conversation is locked']);
    expect(github.comments.map(({ issue }) => issue)).toEqual([1, 4]);
  });

  test('an answer that never came is not repeated blindly: the next attempt looks first', async () => {
    github.faults = [{ at: 2, when: 'after', how: 'cut' }];
    github.knownLabels.push('released');

    await expect(forge.tell([1, 2], note)).rejects.toMatchObject({ code: 'FORGE_UNAVAILABLE' });
    await forge.tell([1, 2], note);

    expect(github.comments.map(({ issue }) => issue)).toEqual([1, 2]);
    expect(github.labels).toHaveLength(2);
  });

  test('a secondary limit is waited for as long as it asks; one that asks for an hour ends it', async () => {
    const limited = (seconds: string) => ({
      request: 'MUTATION /graphql',
      times: 1,
      reply: {
        status: 403,
        headers: { 'retry-after': seconds },
        body: { message: 'You have exceeded a secondary rate limit' },
      },
    });
    github.overrides.push(limited('9'));
    await forge.tell([1], note);
    expect(slept).toEqual([9_000]);
    expect(github.comments).toHaveLength(1);

    github.overrides.push(limited('3600'));
    await expect(forge.tell([2], note)).rejects.toMatchObject({ code: 'FORGE_LIMITED' });
  });

  test('a limit that is told inside of an answer ends it, too', async () => {
    const errors = [{ type: 'UNPROCESSABLE', path: ['c0'], message: 'was submitted too quickly' }];
    github.overrides.push({
      request: 'MUTATION',
      times: 1,
      reply: { status: 200, body: { data: { c0: null }, errors } },
    });

    await expect(forge.tell([1], note)).rejects.toMatchObject({ code: 'FORGE_LIMITED' });
  });

  test('a server without GraphQL is told one by one, once', async () => {
    github.hasGraphql = false;
    await forge.tell([1, 2], note);
    await forge.tell([1, 2], note);

    expect(github.comments.map(({ issue }) => issue)).toEqual([1, 2]);
    expect(github.labels).toHaveLength(2);
  });
});

test('the emulator of GitHub takes comments and labels, once', async () => {
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      github: { users: [{ login: 'owner' }], repos: [{ owner: 'owner', name: 'name', auto_init: true }] },
      tokens: { t: { login: 'owner', scopes: ['repo'] } },
    },
  } as never);
  try {
    const headers = { authorization: 'token t', 'content-type': 'application/json' };
    const issues = `${emulator.url}/repos/owner/name/issues`;
    const opened = await fetch(issues, { method: 'POST', headers, body: JSON.stringify({ title: 'A bug' }) });
    const { number } = (await opened.json()) as { number: number };
    const there = githubForge({ project: 'owner/name', token: 't', apiUrl: emulator.url, clock });

    for (let run = 0; run < 2; run += 1) expect(await there.tell([number, 999], note)).toEqual([]);

    const comments = (await (await fetch(`${issues}/${number}/comments`, { headers })).json()) as { body: string }[];
    expect(comments.map(({ body }) => body)).toEqual(['Released in v1.1.0.\n\n<!-- fairway-release v1.1.0 -->']);
    const issue = (await (await fetch(`${issues}/${number}`, { headers })).json()) as { labels: { name: string }[] };
    expect(issue.labels.map(({ name }) => name)).toEqual(['released']);
  } finally {
    await emulator.close();
  }
});

test.each([
  ['https://api.github.com', 'https://api.github.com/graphql'],
  ['https://git.example/api/v3', 'https://git.example/api/graphql'],
  ['https://api.tenant.ghe.com/', 'https://api.tenant.ghe.com/graphql'],
])('GraphQL of %s is at %s', (api, url) => {
  expect(graphqlUrl(api)).toBe(url);
});
