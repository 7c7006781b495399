import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEmulator } from 'emulate';
import { describe, expect } from 'vitest';
import { githubPages } from '../../../src/adapters/actions/github-pages.ts';
import { githubCalls, githubForge } from '../../../src/adapters/forge/github.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { planRelease, prepareRelease, publishRelease } from '../../../src/stages/release.ts';
import { startFakeGitHub } from '../../fakes/github.ts';
import { type Exchange, openApi } from '../../harness/openapi.ts';
import { startRecorder } from '../../harness/recorder.ts';
import { needs } from '../../requirements.ts';
import { released, scene, settingsWith } from './scene.ts';

/** Everything that a release asks of GitHub. */
async function release(url: string, wanted: Record<string, unknown> = {}): Promise<void> {
  const one = await scene();
  try {
    const work = await released(one);
    const directory = await one.folder('assets');
    await writeFile(join(directory, 'shop.tgz'), 'the bytes');
    const settings = settingsWith({ forge: 'github', assets: ['shop.tgz'], ...wanted });
    const clock = { sleep: () => Promise.resolve(), now: () => new Date(0) };
    const forge = githubForge({ project: 'owner/name', token: 't', apiUrl: url, clock });
    const repository = await work.open();
    const plan = await planRelease(settings, { withRemote: true }, repository);
    const prepared = await prepareRelease(plan, settings, repository, forge);
    for (let run = 0; run < 2; run += 1)
      await publishRelease(prepared, settings, repository, { forge, files: nodeFiles(), directory });
    const [draft] = await forge.findReleases('v1.1.0');
    const [asset] = draft?.assets ?? [];
    if (asset !== undefined) await forge.downloadAsset(asset.id);
  } finally {
    await one.remove();
  }
}

/** Everything that the Action leaves on GitHub for people, each twice. */
async function pages(url: string): Promise<void> {
  const clock = { sleep: () => Promise.resolve(), now: () => new Date(0) };
  const github = githubPages(githubCalls({ project: 'owner/name', token: 't', apiUrl: url, clock }));
  const wanted = { commit: 'a'.repeat(40), environment: 'production', run: '1/ship', isProduction: true };
  const details = { description: 'x', environmentUrl: 'https://shop.example', logUrl: 'https://ci.example/1' };
  for (const text of ['first', 'second']) {
    await github.stickyComment(7, '<!-- a -->', `<!-- a --> ${text}`);
    const id = await github.deployment(wanted);
    for (const state of ['in_progress', 'failure', 'inactive', 'success'] as const)
      await github.deploymentState(id, state, details);
    await github.lastDeployment('production');
    await github.uploadSarif({ commit: wanted.commit, ref: 'refs/heads/main', sarif: '{}' });
    await github.issueOnce('<!-- b -->', { title: 'Rolled back', body: '<!-- b -->' });
    await github.stickyIssue('<!-- c -->', { title: 'Scan', body: `<!-- c --> ${text}`, isOpen: text === 'first' });
  }
}

const json = (exchanges: readonly Exchange[]): readonly Exchange[] =>
  exchanges.filter(({ url }) => !url.startsWith('/graphql'));

const routesOf = (exchanges: readonly Exchange[]): readonly string[] =>
  [
    ...new Set(
      exchanges.map(({ method, url }) => `${method} ${new URL(url, 'http://x').pathname.replace(/\d+/g, 'N')}`),
    ),
  ].toSorted();

let known: ReturnType<typeof openApi> | null = null;
/** It is large: read once, and only where it is. */
const problemsOf = (exchanges: readonly Exchange[]): readonly string[] => {
  known ??= openApi();
  return [...new Set(json(exchanges).flatMap(known))];
};

describe("GitHub's own description of its API", () => {
  needs('api.github.com.json')(
    'knows every request of ours and every answer of our fake',
    async () => {
      const github = await startFakeGitHub();
      const recorder = await startRecorder(github.url);
      try {
        await release(recorder.url, { comments: true, labels: ['released'] });
        github.hasGraphql = false;
        github.tagRulesets.push({ id: 1, target: 'tag', enforcement: 'active', rules: [], conditions: {} });
        github.isImmutable = true;
        await release(recorder.url, { tagPrefix: 'w', initial: '1.1.0', comments: true, labels: ['shipped'] });
        await pages(recorder.url);
        expect(problemsOf(recorder.exchanges)).toEqual([]);
        expect(routesOf(recorder.exchanges).length).toBeGreaterThan(20);
      } finally {
        await Promise.all([recorder.close(), github.close()]);
      }
    },
    120_000,
  );

  needs('api.github.com.json')(
    'knows every request of ours and every answer of the emulated GitHub',
    async () => {
      const github = await createEmulator({
        service: 'github',
        port: 0,
        seed: {
          github: { users: [{ login: 'owner' }], repos: [{ owner: 'owner', name: 'name', auto_init: true }] },
          tokens: { t: { login: 'owner', scopes: ['repo'] } },
        },
      } as never);
      const recorder = await startRecorder(github.url);
      try {
        await release(recorder.url);
        expect(problemsOf(recorder.exchanges)).toEqual([]);
      } finally {
        await Promise.all([recorder.close(), github.close()]);
      }
    },
    120_000,
  );

  needs('api.github.com.json')('is no yes to everything', () => {
    const problems = (one: Exchange): string => problemsOf([one]).join();
    const exchange = {
      method: 'GET',
      url: '/repos/owner/name/issues',
      sent: null,
      status: 200,
      answered: [{ number: 1, title: 'x', closed_at: null }],
    };
    expect(problems(exchange)).toBe('');
    expect(problems({ ...exchange, answered: [{ number: '1' }] })).toContain('must be integer');
    expect(problems({ ...exchange, answered: [{ colour: 'red' }] })).toContain('unevaluated properties');
    expect(problems({ ...exchange, url: '/repos/owner/name/issues?colour=red' })).toContain('?colour');
    expect(problems({ ...exchange, status: 418 })).toContain('never answers 418');
    expect(problems({ ...exchange, url: '/repos/owner/name/ideas' })).toContain('no such route');
    const posted = { ...exchange, method: 'POST', status: 201, answered: { number: 1 }, sent: { body: 'x' } };
    expect(problems(posted)).toContain("required property 'title'");
  });
});
