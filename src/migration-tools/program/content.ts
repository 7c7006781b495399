import { checksumOf } from '../../domain/migration/checksum.ts';
import type { Files } from '../../ports.ts';

/** What is never part of a migration, and may differ from run to run. */
const passedOver = /^(\.git|node_modules|__pycache__|\.venv|.*\.pyc)$/;

/**
 * Checksum over the names and texts of all files below some paths of a tree; null when one of them is not there.
 *
 * The order of the paths and what compilers leave beside the files do not matter.
 */
export async function contentChecksum(tree: string, paths: readonly string[], files: Files): Promise<string | null> {
  const found: string[] = [];
  for (const path of paths) {
    if (!(await files.exists(`${tree}/${path}`))) return null;
    found.push(...(await below(tree, path, files)));
  }
  const parts: string[] = [];
  for (const path of [...new Set(found)].toSorted()) {
    parts.push(`${path}\0${await checksumOf(await files.readText(`${tree}/${path}`))}`);
  }
  return await checksumOf(parts.join('\n'));
}

async function below(tree: string, path: string, files: Files): Promise<readonly string[]> {
  const stat = await files.stat(`${tree}/${path}`);
  if (stat?.kind === 'file') return [path];
  if (stat?.kind !== 'directory') return [];
  const inside: string[] = [];
  for (const name of await files.list(`${tree}/${path}`)) {
    if (!passedOver.test(name)) inside.push(...(await below(tree, path === '.' ? name : `${path}/${name}`, files)));
  }
  return inside;
}
