import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFiles } from '../../../../../src/adapters/node/files.ts';

const folder = process.argv[2] ?? '';
const files = nodeFiles();
if (process.getuid?.() === 0) {
  // To root no folder is locked.
  await chmod(folder, 0o777);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}
const tree = join(folder, 'tree');
await mkdir(join(tree, 'mod/cache'), { recursive: true });
await writeFile(join(tree, 'mod/cache/file'), 'x');
await chmod(join(tree, 'mod/cache/file'), 0o444);
await chmod(join(tree, 'mod/cache'), 0o555);
await chmod(join(tree, 'mod'), 0o555);
await files.remove(tree);
process.stdout.write(String(await files.exists(tree)));
