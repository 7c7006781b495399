import { spawnSync } from 'node:child_process';
import { lstat, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../../../src/adapters/node/files.ts';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop();
const files = nodeFiles();

test('a tree whose folders nobody may write to is removed all the same', () => {
  const program = join(import.meta.dirname, 'programs', 'removes-a-locked-tree.ts');
  const run = spawnSync(process.execPath, [program, at.folder], { encoding: 'utf8' });

  expect(run.stderr).toBe('');
  expect(run.stdout).toBe('false');
});

test('a write that fails leaves the old file as it was, and nothing beside it', async () => {
  await mkdir(at.path('folder'));
  await writeFile(at.path('folder/in the way'), '');

  await expect(files.writeAtomic(at.path('folder'), 'new')).rejects.toThrow();
  expect(await files.list(at.folder)).toEqual(['folder']);
});

test('two writers at once leave the whole of one of them', async () => {
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000));
  await Promise.all(texts.map(async (text) => await files.writeAtomic(at.path('file'), text)));

  expect(texts).toContain(await readFile(at.path('file'), 'utf8'));
  expect(await files.list(at.folder)).toEqual(['file']);
});

test('a copy has the times of its original, so that tools do not build again what is built', async () => {
  await mkdir(at.path('from'));
  await writeFile(at.path('from/a'), '1');
  await utimes(at.path('from/a'), 1_600_000_000, 1_600_000_000);
  await utimes(at.path('from'), 1_600_000_001, 1_600_000_001);
  await files.copyTree(at.path('from'), at.path('to'));

  expect((await lstat(at.path('to/a'))).mtimeMs).toBe(1_600_000_000_000);
  expect((await lstat(at.path('to'))).mtimeMs).toBe(1_600_000_001_000);
});

test('a copy does not write through a link that lies where it goes', async () => {
  await writeFile(at.path('outside'), 'mine');
  await mkdir(at.path('from'));
  await mkdir(at.path('to'));
  await writeFile(at.path('from/a'), 'theirs');
  await symlink(at.path('outside'), at.path('to/a'));

  await expect(files.copyTree(at.path('from'), at.path('to'))).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await readFile(at.path('outside'), 'utf8')).toBe('mine');
});

test('a socket cannot be copied, and the error says which', async () => {
  await mkdir(at.path('from'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(at.path('from/app.sock'), resolve));

  const copying = files.copyTree(at.path('from'), at.path('to'));

  await expect(copying).rejects.toThrow(/app\.sock is a socket/);
  await new Promise((resolve) => server.close(resolve));
});

test('a file of many pieces has the same hash as sha256sum gives it', async () => {
  await writeFile(at.path('large'), Buffer.alloc(3_500_000, 'fairway'));
  const { stdout } = spawnSync('sha256sum', [at.path('large')], { encoding: 'utf8' });

  expect(await files.sha256(at.path('large'))).toBe(stdout.replace(/^\\/, '').slice(0, 64));
});
