// The built files, read once at the start: they do not change while a release runs.
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export async function loadAssets(directory) {
  const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
  const files = new Map();
  for (const name of await readdir(join(directory, 'assets'))) {
    files.set(`/assets/${name}`, {
      content: await readFile(join(directory, 'assets', name)),
      type: types[extname(name)] ?? 'application/octet-stream',
    });
  }
  return { manifest, files };
}
