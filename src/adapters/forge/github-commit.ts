import type { FileChange } from '../../ports.ts';
import type { Call } from './request.ts';

const base = '/repos/{owner}/{repo}';

interface Made {
  readonly sha: string;
  readonly tree: { readonly sha: string };
  readonly verification?: { readonly verified?: boolean };
}

/**
 * A commit of GitHub's own making, referenced by nothing yet; neither author nor date are given, or it would not be signed.
 *
 * A tree entry says its mode anew: an executable file that comes without one would lose it.
 */
export async function commitOn(
  call: Call,
  parent: string,
  changes: readonly FileChange[],
  message: string,
): Promise<{ readonly commit: string; readonly isSigned: boolean }> {
  const before = (await call(`GET ${base}/git/commits/{commit_sha}`, { commit_sha: parent })).data as Made;
  const tree = await call(`POST ${base}/git/trees`, {
    base_tree: before.tree.sha,
    tree: changes.map(({ path, content, mode = '100644' }) => ({
      path,
      mode,
      type: 'blob',
      ...(content === null ? { sha: null } : { content }),
    })),
  });
  const made = (
    await call(`POST ${base}/git/commits`, { message, tree: (tree.data as { sha: string }).sha, parents: [parent] })
  ).data as Made;
  return { commit: made.sha, isSigned: made.verification?.verified !== false };
}
