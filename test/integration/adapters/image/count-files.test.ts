import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeImageArchives } from '../../../../src/adapters/image/normalise.ts';
import { contextWarning } from '../../../../src/domain/image/context.ts';
import { ignoredBy } from '../../../../src/domain/image/ignore.ts';

test('files are counted by their folders, and what is left out is not even walked through', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairway-count-'));
  try {
    for (const [path, files] of [
      ['data/a', 30],
      ['data/b', 20],
      ['node_modules/x', 40],
    ] as const) {
      await mkdir(join(folder, path), { recursive: true });
      for (let i = 0; i < files; i += 1) await writeFile(join(folder, path, `${i}`), '');
    }
    await writeFile(join(folder, 'page'), '');
    const found = await nodeImageArchives().countFiles(folder, ignoredBy('node_modules'));

    expect(found).toEqual({
      files: 51,
      folders: [
        { path: 'data', files: 50 },
        { path: '.', files: 1 },
      ],
    });
    expect(contextWarning(found, 50)).toContain('51 files are sent to the builder, most of them below data (50 files)');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
