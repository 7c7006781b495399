import type { Config } from '../../config/schema.ts';
import { EnvironmentError, GateFailed } from '../../errors.ts';
import type { FileChange, Forge, Repository } from '../../ports.ts';

/**
 * A commit that the forge makes and signs; on the forge only, and referenced by nothing there.
 *
 * Throws GateFailed `RELEASE_BLOCKED` when the forge does not sign for this token, or does not know the parent yet.
 */
export async function signedCommit(
  wanted: { readonly head: string; readonly changes: readonly FileChange[]; readonly message: string },
  settings: Config['release'],
  repository: Repository,
  forge: Forge,
): Promise<string> {
  const { head, changes, message } = wanted;
  const { commit, isSigned } = await made(head, await withModes(head, changes, repository), message, forge);
  if (isSigned) return commit;
  throw new GateFailed(
    'RELEASE_BLOCKED',
    'The branch takes signed commits only, and the forge did not sign the one that it made for this token.',
    {
      hint: `A personal token does not sign: set ${settings.token} to the token of a GitHub App or of the job.`,
    },
  );
}

async function made(
  head: string,
  changes: readonly FileChange[],
  message: string,
  forge: Forge,
): Promise<{ readonly commit: string; readonly isSigned: boolean }> {
  try {
    return await forge.commitOn(head, changes, message);
  } catch (cause) {
    if (!(cause instanceof EnvironmentError) || cause.facts['status'] !== 404) throw cause;
    throw new GateFailed(
      'RELEASE_BLOCKED',
      `The forge has to make the release commit, and does not know ${head.slice(0, 10)}.`,
      { hint: 'Push the branch first, then run the same command again.', cause },
    );
  }
}

/** The forge is told what every file is; git itself would keep it. */
async function withModes(
  head: string,
  changes: readonly FileChange[],
  repository: Repository,
): Promise<readonly FileChange[]> {
  const modes = await repository.modes(
    head,
    changes.map(({ path }) => path),
  );
  return changes.map((change) => {
    const mode = change.mode ?? modes.get(change.path);
    return mode === '100755' || mode === '120000' ? { ...change, mode } : change;
  });
}

/** Whether a commit, which is different every time it is signed, makes just these changes to `head`. */
export async function isCommitOf(
  commit: string,
  head: string,
  changes: readonly FileChange[],
  repository: Repository,
): Promise<boolean> {
  const [record] = await repository.commits([commit]);
  if (record?.parents[0] !== head) return false;
  const same = await Promise.all(
    changes.map(async ({ path, content }) => (await repository.readFile(commit, path)) === content),
  );
  return same.every(Boolean);
}
