import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRepository } from '../../../../src/adapters/git/repository.ts';
import type { Repository } from '../../../../src/ports.ts';
import type { Place, Scene } from '../../release/scene.ts';
import { scene } from '../../release/scene.ts';

let one: Scene;
let work: Place;
let repository: Repository;

beforeEach(async () => {
  one = await scene();
  work = await one.clone();
  await work.git('checkout', '--quiet', '-b', 'main');
  await work.git('config', 'user.name', 'a');
  await work.git('config', 'user.email', 'a@example.invalid');
  await work.commit('feat: first');
  repository = await work.open();
});
afterEach(async () => await one.remove());

const head = async (): Promise<string> => await work.git('rev-parse', 'HEAD');

describe('opening', () => {
  test('a folder below the top is told as the prefix', async () => {
    await mkdir(join(work.directory, 'examples', 'shop'), { recursive: true });
    const below = await openRepository(join(work.directory, 'examples', 'shop'), process.env);

    expect({ top: below.top, prefix: below.prefix }).toEqual({ top: work.directory, prefix: 'examples/shop' });
  });

  test('no repository, and one without a commit, are clear errors', async () => {
    await expect(openRepository(await one.folder('plain'), process.env)).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
    });
    const empty = await one.folder('empty');
    await work.git('init', '--quiet', empty);
    await expect(openRepository(empty, process.env)).rejects.toMatchObject({ code: 'REPOSITORY_EMPTY' });
  });

  test('a bare repository has no work tree to release from', async () => {
    await expect(openRepository(one.remote, process.env)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
  });
});

describe('reading', () => {
  test('a message can forge neither a tag nor a commit', async () => {
    const message =
      'fix: a (tag: v9.9.9)\n\n------------------------ >8 ------------------------\nfeat!: b\n\ncommit 0000000000000000000000000000000000000000\n-hash-\n';
    await work.git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--message', message);

    const history = await repository.history({ from: [], to: 'HEAD' });

    expect(history.map((commit) => commit.message)).toEqual([message, 'feat: first\n']);
    expect(await repository.tags()).toEqual([]);
  });

  test('a message in another encoding is read as text', async () => {
    await writeFile(join(work.directory, 'message'), Buffer.from('fix: caf\xe9\n', 'latin1'));
    await work.git('-c', 'i18n.commitEncoding=ISO-8859-1', 'commit', '--quiet', '--allow-empty', '--file', 'message');

    expect((await repository.history({ from: [], to: 'HEAD' }))[0]?.message).toBe('fix: café\n');
  });

  test('a message of 5 MB is read whole', async () => {
    await writeFile(join(work.directory, 'message'), `fix: big\n\n${'x'.repeat(5_000_000)}\n`);
    await work.git('commit', '--quiet', '--allow-empty', '--file', 'message');

    expect((await repository.history({ from: [], to: 'HEAD' }))[0]?.message).toHaveLength(5_000_011);
  });

  test('a range leaves out what its beginning reaches', async () => {
    const base = await head();
    const two = await work.commit('fix: two');

    expect((await repository.history({ from: [base], to: two })).map(({ sha }) => sha)).toEqual([two]);
  });

  test('annotated, plain and nested tags name their commit; tags of files are left out', async () => {
    await work.git('tag', 'plain');
    await work.git('tag', '--annotate', '--message', 'm', 'annotated');
    await work.git('tag', '--annotate', '--message', 'm', 'nested', 'annotated');
    await work.git('tag', 'blob', 'HEAD:file-1').catch(async () => await work.git('tag', 'blob', 'HEAD^{tree}'));
    const commit = await head();

    expect((await repository.tags()).map(({ name, commit: at }) => [name, at === commit])).toEqual([
      ['annotated', true],
      ['nested', true],
      ['plain', true],
    ]);
  });

  test('a name that looks like a flag is a name', async () => {
    expect(await repository.resolve('--all')).toBeNull();
    expect(await repository.resolve('')).toBeNull();
    await work.git('update-ref', 'refs/heads/--upload-pack=x', 'HEAD');
    expect(await repository.resolve('refs/heads/--upload-pack=x')).toBe(await head());
  });

  test('a file is read as it is in the commit, and a binary one is refused', async () => {
    await work.write('a.txt', 'x\r\ny');
    await writeFile(join(work.directory, 'b.bin'), Buffer.from([0xff, 0xfe, 0x00]));
    await work.git('add', '--all');
    await work.git('commit', '--quiet', '--message', 'feat: files');

    expect(await repository.readFile('HEAD', 'a.txt')).toBe('x\r\ny');
    expect(await repository.readFile('HEAD', 'nothing')).toBeNull();
    await expect(repository.readFile('HEAD', 'b.bin')).rejects.toMatchObject({ code: 'FILE_NOT_TEXT' });
  });

  test('the same change elsewhere has the same name', async () => {
    const base = await head();
    const fix = await work.commit('fix: a');
    await work.git('checkout', '--quiet', '-b', 'old', base);
    await work.commit('chore: other');
    await work.git('cherry-pick', fix);
    const ids = await repository.patchIds([fix, await head()]);

    expect(ids.get(fix)).toBe(ids.get(await head()));
  });
});

describe('the tree of a commit', () => {
  test('is exported with modes and links, without history, and without what is not committed', async () => {
    await work.write('examples/shop/run.sh', '#!/bin/sh\n');
    await chmod(join(work.directory, 'examples/shop/run.sh'), 0o755);
    await symlink('run.sh', join(work.directory, 'examples/shop/link'));
    await work.write('.gitattributes', '*.sh eol=lf\n');
    await work.git('add', '--all');
    await work.git('commit', '--quiet', '--message', 'feat: shop');
    await work.write('examples/shop/junk', 'not committed');
    const below = await openRepository(join(work.directory, 'examples', 'shop'), process.env);
    const target = join(await one.folder('out'), 'tree');

    await below.exportTree(await head(), target);

    expect((await readdir(target)).toSorted()).toEqual(['link', 'run.sh']);
    expect((await stat(join(target, 'run.sh'))).mode & 0o111).toBe(0o111);
    expect(await readlink(join(target, 'link'))).toBe('run.sh');
  });
});

describe('a release commit', () => {
  const changes = [
    { path: 'CHANGELOG.md', content: '# One\n' },
    { path: 'file-gone', content: null },
  ];

  test('touches neither branch, index nor work tree, and is the same every time', async () => {
    const parent = await head();
    const first = await repository.commitOn(parent, changes, 'chore(release): 1.0.0');
    const again = await repository.commitOn(parent, changes, 'chore(release): 1.0.0');

    expect(first).toBe(again);
    expect(await head()).toBe(parent);
    expect(await work.git('status', '--porcelain')).toBe('');
    expect(await repository.commits([first])).toMatchObject([
      { parents: [parent], message: 'chore(release): 1.0.0\n', authorName: 'Fairway' },
    ]);
    expect(await repository.readFile(first, 'CHANGELOG.md')).toBe('# One\n');
  });

  test('keeps the mode of a file that it changes', async () => {
    await work.write('run.sh', 'v1\n');
    await chmod(join(work.directory, 'run.sh'), 0o755);
    await work.git('add', '--all');
    await work.git('commit', '--quiet', '--message', 'feat: run');
    const commit = await repository.commitOn(await head(), [{ path: 'run.sh', content: 'v2\n' }], 'm');

    expect(await work.git('ls-tree', commit, 'run.sh')).toMatch(/^100755 /);
  });

  test.each(['../outside', '/etc/passwd', '.git/config', 'a/../../b'])('refuses the path %s', async (path) => {
    await expect(repository.commitOn(await head(), [{ path, content: 'x' }], 'm')).rejects.toMatchObject({
      code: 'PATH_OUTSIDE',
    });
  });

  test('a tag for it is an annotated object that nothing refers to yet', async () => {
    const object = await repository.tagObject('v1.0.0', await head(), 'v1.0.0\n\nnotes');

    expect(await work.git('cat-file', '-t', object)).toBe('tag');
    expect(await repository.tagObject('v1.0.0', await head(), 'v1.0.0\n\nnotes')).toBe(object);
    expect(await work.git('tag')).toBe('');
  });
});

describe('moving refs', () => {
  test('all or none: one that moved meanwhile stops the others', async () => {
    const commit = await head();
    const update = repository.updateRefs([
      { ref: 'refs/tags/new', to: commit, expected: null },
      { ref: 'refs/heads/main', to: commit, expected: '0'.repeat(39) + '1' },
    ]);

    await expect(update).rejects.toMatchObject({ code: 'REF_MOVED' });
    expect(await work.git('tag')).toBe('');
  });

  test('the checked-out branch goes forward with index and clean files, and uncommitted work stays', async () => {
    const commit = await repository.commitOn(await head(), [{ path: 'CHANGELOG.md', content: '# One\n' }], 'm');
    await work.write('mine.txt', 'not committed');
    await repository.fastForward('main', commit);

    expect(await head()).toBe(commit);
    expect(await work.read('CHANGELOG.md')).toBe('# One\n');
    expect(await work.git('status', '--porcelain')).toBe('?? mine.txt');
  });

  test('a file in the way stops it before anything moved', async () => {
    const before = await head();
    const commit = await repository.commitOn(before, [{ path: 'CHANGELOG.md', content: '# One\n' }], 'm');
    await work.write('CHANGELOG.md', 'mine');

    await expect(repository.fastForward('main', commit)).rejects.toMatchObject({ code: 'WORK_TREE_IN_THE_WAY' });
    expect(await head()).toBe(before);
    expect(await work.read('CHANGELOG.md')).toBe('mine');
  });

  test('a branch that went another way is not moved', async () => {
    const commit = await repository.commitOn(await head(), [{ path: 'a', content: 'a' }], 'm');
    await work.commit('fix: another way');

    await expect(repository.fastForward('main', commit)).rejects.toMatchObject({ code: 'BRANCH_MOVED' });
  });

  test('a branch that is checked out elsewhere is left alone', async () => {
    await work.git('branch', 'other');
    await work.git('worktree', 'add', '--quiet', join(await one.folder('trees'), 'other'), 'other');
    const commit = await repository.commitOn(await head(), [{ path: 'a', content: 'a' }], 'm');

    await expect(repository.fastForward('other', commit)).rejects.toMatchObject({ code: 'BRANCH_IN_USE' });
  });
});

describe('a remote', () => {
  test('takes exactly the refs that were named, all or none', async () => {
    await work.git('tag', 'junk');
    const commit = await head();
    await repository.push('origin', [
      { ref: 'refs/heads/main', to: commit, expected: null },
      { ref: 'refs/tags/v1.0.0', to: commit, expected: null },
    ]);
    const later = await work.commit('fix: a');
    const push = repository.push('origin', [
      { ref: 'refs/heads/main', to: later, expected: commit },
      { ref: 'refs/tags/v1.0.0', to: later, expected: null },
    ]);

    await expect(push).rejects.toMatchObject({ code: 'PUSH_REJECTED', facts: { reason: 'moved' } });
    expect(await one.remoteGit('for-each-ref', '--format=%(refname) %(objectname)')).toBe(
      `refs/heads/main ${commit}\nrefs/tags/v1.0.0 ${commit}`,
    );
  });

  test('tells the commit behind an annotated tag, and only refs whose whole name matches', async () => {
    const commit = await head();
    const object = await repository.tagObject('v1.0.0', commit, 'm');
    await repository.push('origin', [
      { ref: 'refs/tags/v1.0.0', to: object },
      { ref: 'refs/tags/other/refs/tags/v1.0.0', to: commit },
    ]);

    expect(await repository.remoteRefs('origin', ['refs/tags/v1.0.0'])).toEqual([
      { ref: 'refs/tags/v1.0.0', commit, object },
    ]);
    expect(await repository.remoteRefs('origin', ['refs/tags/v*'])).toHaveLength(1);
  });

  test('one that is not there, or not known, is a clear error', async () => {
    await expect(repository.remoteRefs('nobody', ['refs/heads/*'])).rejects.toMatchObject({ code: 'NO_REMOTE' });
    await work.git('remote', 'add', 'gone', '/nonexistent/repository');
    await expect(repository.remoteRefs('gone', ['refs/heads/*'])).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });

  test('its address is told without user and password', async () => {
    await work.git('remote', 'add', 'web', 'https://user:secret@example.invalid/owner/name.git');

    expect(await repository.remoteUrl('web')).toBe('https://example.invalid/owner/name.git');
    const error = (await repository.remoteRefs('web', ['refs/heads/*']).catch((caught: unknown) => caught)) as Error;
    expect(error.message).not.toContain('secret');
  });
});

test('hooks of the repository are not run, and settings of a hook that runs us do not lead us astray', async () => {
  const log = join(await one.folder('hooks'), 'log');
  for (const hook of ['pre-push', 'reference-transaction', 'post-merge', 'pre-commit']) {
    const path = join(work.directory, '.git', 'hooks', hook);
    await writeFile(path, `#!/bin/sh\necho ${hook} >> ${log}\nexit 1\n`);
    await chmod(path, 0o755);
  }
  const misled = await openRepository(work.directory, {
    ...process.env,
    GIT_DIR: '/nonexistent',
    GIT_INDEX_FILE: '/nonexistent',
  });
  const commit = await misled.commitOn(await head(), [{ path: 'a', content: 'a' }], 'm');
  await misled.push('origin', [{ ref: 'refs/heads/main', to: commit }]);
  await misled.fastForward('main', commit);
  expect((await misled.head())?.commit).toBe(commit);
  await expect(readFile(log, 'utf8')).rejects.toThrow('ENOENT');
});
