// Puts every file of assets/ under a name that changes with its content into public/,
// so that browsers may keep it for ever, and writes down which name is which.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const source = join(root, 'assets');
const target = join(root, 'public');

await rm(target, { recursive: true, force: true });
await mkdir(join(target, 'assets'), { recursive: true });

const manifest = {};
for (const name of (await readdir(source)).sort()) {
  const content = await readFile(join(source, name));
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
  const extension = extname(name);
  const hashed = `${name.slice(0, -extension.length)}.${hash}${extension}`;
  await writeFile(join(target, 'assets', hashed), content);
  manifest[name] = `/assets/${hashed}`;
}
await writeFile(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
process.stdout.write(`${Object.keys(manifest).length} assets in public/\n`);
