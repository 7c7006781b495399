import { createEmulator, type Emulator } from 'emulate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { githubPages, type GitHubPages } from '../../../../src/adapters/actions/github-pages.ts';
import { githubCalls } from '../../../../src/adapters/forge/github.ts';
import type { Call } from '../../../../src/adapters/forge/request.ts';
import { startFakeGitHub } from '../../../fakes/github.ts';

const clock = { sleep: () => Promise.resolve(), now: () => new Date(1_000_000) };
const base = '/repos/{owner}/{repo}';

describe.each(['emulate', 'our fake'] as const)('what a run leaves on GitHub (%s)', (which) => {
  let [call, pages, close] = [null as Call | null, null as GitHubPages | null, async (): Promise<void> => {}];
  let issue = 7;

  beforeEach(async () => {
    const github: { readonly url: string; close(): Promise<void> } =
      which === 'our fake' ? await startFakeGitHub() : await emulated();
    call = githubCalls({ project: 'owner/name', token: 't', apiUrl: github.url, clock });
    pages = githubPages(call);
    close = async () => await github.close();
    const { data } = await call(`POST ${base}/issues`, { title: 'a change', body: 'x' });
    issue = which === 'emulate' ? (data as { number: number }).number : 7;
  });
  afterEach(async () => await close());

  const list = async (route: string, parameters = {}) =>
    (await call?.(`GET ${base}/${route}`, parameters))?.data as { readonly title?: string; readonly body: string }[];

  test('a comment is written once, found by its marker and changed', async () => {
    await pages?.stickyComment(issue, '<!-- m -->', '<!-- m -->\none');
    await pages?.stickyComment(issue, '<!-- other -->', '<!-- other -->\nelse');
    await pages?.stickyComment(issue, '<!-- m -->', '<!-- m -->\ntwo');
    const comments = await list('issues/{issue_number}/comments', { issue_number: issue });
    expect(comments.map(({ body }) => body)).toEqual(['<!-- m -->\ntwo', '<!-- other -->\nelse']);
  });

  test('an issue is opened once', async () => {
    const about = { title: 'Rolled back', body: '<!-- r -->\nwhy' };
    await pages?.issueOnce('<!-- r -->', about);
    await pages?.issueOnce('<!-- r -->', about);
    expect((await list('issues')).filter(({ title }) => title === 'Rolled back')).toHaveLength(1);
  });
});

async function emulated(): Promise<Emulator> {
  return await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      github: { users: [{ login: 'owner' }], repos: [{ owner: 'owner', name: 'name', auto_init: true }] },
      tokens: { t: { login: 'owner', scopes: ['repo'] } },
    },
  } as never);
}
