import type { Argv, Exec, Files } from '../../ports.ts';

/** Comments by which a file takes findings out of a scan of itself: `#trivy:ignore:DS002`. */
const comment = /\b(trivy|tfsec):(ignore)/g;
const searchTimeoutMs = 120_000;

/**
 * The same tree without comments that take findings out, each changed at its place so that lines stay what they are;
 * the tree itself when it has none, else a copy at `copy`. Whoever writes a file would waive his own findings by them.
 */
export async function withoutIgnoreComments(
  tree: string,
  copy: string,
  { exec, files }: { readonly exec: Exec; readonly files: Files },
): Promise<string> {
  const found: string[] = [];
  const argv: Argv = ['grep', '-rlIE', '(trivy|tfsec):ignore', '--', '.'];
  await exec.run({
    argv,
    cwd: tree,
    timeoutMs: searchTimeoutMs,
    keepBytes: 0,
    onLine: (stream, line) => void (stream === 'stdout' && found.push(line)),
  });
  if (found.length === 0) return tree;
  await files.copyTree(tree, copy);
  for (const name of found) {
    const stat = await files.stat(`${copy}/${name}`);
    if (stat?.kind !== 'file') continue;
    const text = await files.readText(`${copy}/${name}`);
    await files.writeAtomic(`${copy}/${name}`, text.replace(comment, '$1-$2'), stat.mode & 0o777);
  }
  return copy;
}
