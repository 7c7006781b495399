import type { Config } from '../../config/schema.ts';
import type { ReleasePlan } from '../../domain/release/plan.ts';
import { candidateRef, releaseMessage, unreleasedVersion } from '../../domain/release/plan.ts';
import type { GitIdentity, Repository } from '../../ports.ts';

/** A commit that is ready to be built, tested and deployed as a version. */
export interface PreparedRelease {
  /** `1.1.0`; `1.0.0+3f2a91c` when there is nothing to release. */
  readonly version: string;
  /** What is built, tested, deployed and tagged: the release commit, or HEAD when there is nothing to release. */
  readonly commit: string;
  /** The commit of the branch that it was made from. */
  readonly parent: string;
  /** Null when there is nothing to release: such a version is deployed and never tagged. */
  readonly tag: string | null;
  readonly plan: ReleasePlan;
}

/**
 * Make the release commit and push it as a candidate; branch, index and work tree stay as they are.
 *
 * The same plan gives the same commit, so a second run finds everything there.
 */
export async function prepareRelease(
  plan: ReleasePlan,
  settings: Config['release'],
  repository: Repository,
): Promise<PreparedRelease> {
  const { head, next, tag } = plan;
  if (next === null || tag === null) {
    const version = unreleasedVersion(plan.current, head);
    return { version, commit: head, parent: head, tag: null, plan };
  }
  const commit =
    (await existingCandidate(plan, next, settings, repository)) ??
    (await repository.commitOn(head, plan.changes, releaseMessage(next, tag), {
      ...identityOf(settings),
      sign: (await repository.setting('commit.gpgSign')) === 'true',
    }));
  const ref = candidateRef(next, commit);
  await repository.updateRefs([{ ref, to: commit }]);
  if (await repository.hasRemote(settings.remote)) await repository.push(settings.remote, [{ ref, to: commit }]);
  return { version: next, commit, parent: head, tag, plan };
}

export function identityOf(settings: Config['release']): { readonly identity?: GitIdentity } {
  const match = /^(.+) <(.+)>$/.exec(settings.author ?? '');
  return match === null ? {} : { identity: { name: match[1] ?? '', email: match[2] ?? '' } };
}

/** A signed commit differs every time it is made, so one that was made before is taken again. */
async function existingCandidate(
  plan: ReleasePlan,
  version: string,
  settings: Config['release'],
  repository: Repository,
): Promise<string | null> {
  if ((await repository.setting('commit.gpgSign')) !== 'true') return null;
  for (const { commit } of await candidates(settings, repository, version)) {
    const [record] = await repository.commits([commit]);
    if (record?.parents[0] !== plan.head) continue;
    const same = await Promise.all(
      plan.changes.map(async ({ path, content }) => (await repository.readFile(commit, path)) === content),
    );
    if (same.every(Boolean)) return commit;
  }
  return null;
}

export interface Candidate {
  readonly version: string;
  readonly commit: string;
}

/** Release commits that wait for their tag, here or on the remote. */
export async function candidates(
  settings: Config['release'],
  repository: Repository,
  version = '*',
): Promise<readonly Candidate[]> {
  const pattern = `refs/fairway/candidates/${version}/*`;
  const local = await repository.refs(pattern);
  const remote = (await repository.hasRemote(settings.remote))
    ? await repository.remoteRefs(settings.remote, [pattern])
    : [];
  const found = new Map<string, Candidate>();
  for (const { ref, commit } of [...local, ...remote]) {
    const [, name = '', sha = ''] = /^refs\/fairway\/candidates\/([^/]+)\/([0-9a-f]+)$/.exec(ref) ?? [];
    if (name !== '') found.set(ref, { version: name, commit: sha === commit ? commit : sha });
  }
  const missing = [...found.entries()].filter(([, { commit }]) => !local.some((ref) => ref.commit === commit));
  if (missing.length > 0)
    await repository.fetch(
      settings.remote,
      missing.map(([ref]) => `${ref}:${ref}`),
    );
  return [...found.values()];
}

/** Candidates of a version that is out have done their work; those of earlier attempts too. */
export async function clearCandidates(
  version: string,
  settings: Config['release'],
  repository: Repository,
): Promise<void> {
  const pattern = `refs/fairway/candidates/${version}/*`;
  const local = await repository.refs(pattern);
  await repository.updateRefs(local.map(({ ref, object }) => ({ ref, to: null, expected: object })));
  if (!(await repository.hasRemote(settings.remote))) return;
  const remote = await repository.remoteRefs(settings.remote, [pattern]);
  await repository.push(
    settings.remote,
    remote.map(({ ref, object }) => ({ ref, to: null, expected: object })),
  );
}
