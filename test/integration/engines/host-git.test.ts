import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/git/repository.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import { hostEngine } from '../../../src/engines/host.ts';
import { useWorkshop } from '../adapters/node/workshop.ts';

const at = useWorkshop();

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
  const run = spawnSync('git', [...identity, ...args], { cwd: at.path('repository'), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

test('exactly the commit is built: neither later commits, nor changes of the work tree, nor ignored files', async () => {
  await mkdir(at.path('repository/my shop'), { recursive: true });
  const file = (name: string): string => at.path(`repository/my shop/${name}`);
  git('init', '--quiet');
  await writeFile(file('page'), 'committed');
  await writeFile(file('.gitignore'), 'ignored\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'feat: a page');
  const commit = git('rev-parse', 'HEAD');
  await writeFile(file('page'), 'later');
  git('commit', '--quiet', '-a', '-m', 'feat: another page');
  await writeFile(file('page'), 'dirty');
  await writeFile(file('ignored'), 'x');
  await writeFile(file('untracked'), 'x');

  const engine = hostEngine(
    { stateDirectory: at.stateDirectory, scratch: nodeOrphans(at.stateDirectory).scratch },
    { repository: await openRepository(at.path('repository/my shop'), process.env), files: nodeFiles(), exec: at.exec },
  );
  const result = await engine.build({
    commit,
    version: '1.0.0',
    run: [],
    env: {},
    output: '.',
    dockerfile: 'Dockerfile',
    args: {},
    timeoutMs: 10_000,
  });

  const location = result.kind === 'built' ? result.artifact.location : '';
  expect(await readFile(`${location}/page`, 'utf8')).toBe('committed');
  expect(await readdir(location)).toEqual(['.gitignore', 'page']);
  expect(git('status', '--short')).toBe('M "my shop/page"\n?? "my shop/untracked"');
});
