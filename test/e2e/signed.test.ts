import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeGitHub } from '../fakes/github.ts';
import { onlySigned } from '../integration/release/signed-scene.ts';
import { tinyApp } from './tiny-app.ts';

test('ship to a branch that takes signed commits only: what GitHub signed is what is built, deployed and tagged', async () => {
  await using app = await tinyApp({ release: { forge: 'github', comments: true, labels: ['released'] } });
  const remote = join(app.state, '..', 'remote.git');
  await app.git('init', '--quiet', '--bare', remote);
  await app.git('remote', 'add', 'origin', remote);
  await app.write('version.txt', 'a file of the second feature\n');
  await app.commit('feat: a second feature (#7)');
  await app.git('push', '--quiet', 'origin', 'main');
  await onlySigned(remote);
  await using github = Object.assign(await startFakeGitHub(remote), {
    async [Symbol.asyncDispose]() {
      await github.close();
    },
  });
  github.branchRules = [{ type: 'required_signatures' }];
  const env = { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'owner/name', GITHUB_TOKEN: 'the-secret-token' };

  const shipped = await app.fairway(['ship'], env);

  expect(shipped).toMatchObject({ exitCode: 0, document: { outcome: 'ok' } });
  const commit = await app.git('rev-parse', 'HEAD');
  expect(await app.git('cat-file', 'commit', commit)).toContain('\ngpgsig ');
  expect(await app.git('ls-remote', 'origin', 'refs/heads/main', 'refs/tags/v0.1.0^{}')).toBe(
    `${commit}\trefs/heads/main\n${commit}\trefs/tags/v0.1.0^{}`,
  );
  const status = await app.fairway(['status'], env);
  expect(JSON.stringify(status.document)).toContain(commit);
  expect(github.releases).toEqual([expect.objectContaining({ tag_name: 'v0.1.0', draft: false })]);
  expect(github.comments.map(({ issue }) => issue)).toEqual([7]);
  expect(github.labels).toEqual([{ issue: 7, name: 'released' }]);
  expect(shipped.stderr).not.toContain('the-secret-token');

  await app.fairway(['ship'], env);
  expect(github.comments).toHaveLength(1);
});
