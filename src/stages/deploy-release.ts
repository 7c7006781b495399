import { versionOfTag } from '../domain/release/version.ts';
import { ConfigError } from '../errors.ts';
import type { Repository } from '../ports.ts';
import { deliver, type Delivered, type Delivery, type DeliveryPorts } from './deliver.ts';
import { releasedArtifact } from './released-artifact.ts';
import { commitEpoch } from './source.ts';

export interface Released {
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
}

/** The release that a version or tag names here. Throws ConfigError `RELEASE_UNKNOWN`. */
export async function findRelease(
  wanted: string,
  prefix: string,
  repository: Pick<Repository, 'tags'>,
): Promise<Released> {
  const released = (await repository.tags()).flatMap(({ name, commit }) => {
    const version = versionOfTag(name, prefix);
    return version === null ? [] : [{ version, tag: name, commit }];
  });
  const found = released.find(({ version, tag }) => tag === wanted || version === wanted || `v${version}` === wanted);
  if (found !== undefined) return found;
  const newest = released.slice(-5).map(({ tag }) => tag);
  throw new ConfigError('RELEASE_UNKNOWN', `there is no tag of a release ${wanted} here`, {
    hint:
      newest.length === 0
        ? 'git fetch --tags'
        : `There are ${newest.join(', ')}; others may come with git fetch --tags.`,
    problems: [{ path: '--release', message: 'is not released', value: wanted, choices: newest }],
  });
}

/** Deliver a release as it was proven elsewhere: its very artifact, its migrations, neither built nor tested again. */
export async function deployRelease(
  released: Released,
  delivery: Omit<Delivery, 'source' | 'built'>,
  ports: DeliveryPorts,
): Promise<Delivered> {
  const { version, commit } = released;
  const status = await ports.agent.request({ type: 'status' });
  const built = await releasedArtifact({ app: delivery.scope.app, version, commit, status }, ports);
  const sourceDateEpoch = await commitEpoch(commit, ports.repository);
  const delivered = await deliver({ ...delivery, built, source: { version, commit, sourceDateEpoch } }, ports);
  // It has its tag: nothing is left to be published.
  await ports.agent.request({
    type: 'published',
    ...delivery.scope,
    releaseId: delivered.release.id,
    runId: delivery.runId,
  });
  return delivered;
}
