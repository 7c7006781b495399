import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEmulator } from 'emulate';
import { expect, test } from 'vitest';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { planRelease, prepareRelease, publishRelease } from '../../../src/stages/release.ts';
import { verifyRelease } from '../../../src/stages/release/verify.ts';
import { released, scene, settingsWith } from './scene.ts';

test('on an emulated GitHub a release is drafted, filled, published, told and verified, and a second run adds nothing', async () => {
  const one = await scene();
  const github = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      github: { users: [{ login: 'owner' }], repos: [{ owner: 'owner', name: 'name', auto_init: true }] },
      tokens: { t: { login: 'owner', scopes: ['repo'] } },
    },
  } as never);
  try {
    const api = `${github.url}/repos/owner/name`;
    const headers = { authorization: 'token t', 'content-type': 'application/json' };
    const ask = async (path: string): Promise<never> => (await (await fetch(api + path, { headers })).json()) as never;
    const body = JSON.stringify({ title: 'Search' });
    const opened = await fetch(`${api}/issues`, { method: 'POST', headers, body });
    const { number } = (await opened.json()) as { number: number };
    const work = await released(one);
    await work.commit(`fix: the search\n\nCloses #${number}`);
    await work.git('push', '--quiet', 'origin', 'main');
    const directory = await one.folder('assets');
    await writeFile(join(directory, 'shop.tgz'), 'the bytes');
    const settings = settingsWith({ forge: 'github', assets: ['shop.tgz'], comments: true, labels: ['released'] });
    const clock = { sleep: () => Promise.resolve(), now: () => new Date(0) };
    const forge = githubForge({ project: 'owner/name', token: 't', apiUrl: github.url, clock });
    const repository = await work.open();
    const plan = await planRelease(settings, { withRemote: true }, repository);
    const prepared = await prepareRelease(plan, settings, repository, forge);

    for (let run = 0; run < 2; run += 1)
      await publishRelease(prepared, settings, repository, { forge, files: nodeFiles(), directory });

    const releases: readonly { tag_name: string; draft: boolean; assets: { name: string }[] }[] =
      await ask('/releases');
    expect(releases.map(({ tag_name, draft, assets }) => [tag_name, draft, assets.map(({ name }) => name)])).toEqual([
      ['v1.1.0', false, ['shop.tgz', 'SHA256SUMS']],
    ]);
    const comments: readonly { body: string }[] = await ask(`/issues/${number}/comments`);
    expect(comments.map((comment) => comment.body.split('\n')[0])).toEqual([
      expect.stringMatching(/^Released in \[v1\.1\.0\]\(.+\)\.$/),
    ]);
    const { labels }: { labels: readonly { name: string }[] } = await ask(`/issues/${number}`);
    expect(labels.map(({ name }) => name)).toEqual(['released']);
    expect((await verifyRelease('v1.1.0', settings, repository, forge)).wrong).toEqual([]);
  } finally {
    await Promise.all([github.close(), one.remove()]);
  }
});
