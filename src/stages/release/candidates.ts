import type { Config } from '../../config/schema.ts';
import type { Repository } from '../../ports.ts';

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

/** Candidates of a version that is out have done their work; those of earlier attempts and its version changes too. */
export async function clearCandidates(
  version: string,
  settings: Config['release'],
  repository: Repository,
): Promise<void> {
  const patterns = [`refs/fairway/candidates/${version}/*`, `refs/fairway/changes/${version}/*`];
  const local = (await Promise.all(patterns.map(async (pattern) => await repository.refs(pattern)))).flat();
  await repository.updateRefs(local.map(({ ref, object }) => ({ ref, to: null, expected: object })));
  if (!(await repository.hasRemote(settings.remote))) return;
  const remote = await repository.remoteRefs(settings.remote, patterns);
  await repository.push(
    settings.remote,
    remote.map(({ ref, object }) => ({ ref, to: null, expected: object })),
  );
}
