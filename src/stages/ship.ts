import type { AppStatus } from '../domain/rollout/messages.ts';
import { migrateDatabase } from './migrate-database.ts';
import type { AppliedNow } from './migrate/input.ts';
import { type Delivered, deliver, type Delivery, type DeliveryPorts } from './deliver.ts';
import { GateFailed } from '../errors.ts';
import {
  type AnnouncePorts,
  planRelease,
  type PreparedRelease,
  prepareRelease,
  publishRelease,
  type Published,
  resumeRelease,
} from './release.ts';
import { publishArtifact, type PublishPorts, tagRules } from './publish-artifact.ts';
import { commitEpoch, inspectSource } from './source.ts';
import { stage } from './stage.ts';

export interface ShipInput extends Omit<Delivery, 'source'> {
  readonly allowDirty: boolean;
  /** The branch that a CI job runs for when HEAD is detached. */
  readonly branch: string | undefined;
}

export interface ShipPorts extends DeliveryPorts, Omit<PublishPorts, keyof DeliveryPorts> {
  /** Where releases are shown to people; null without a forge. */
  readonly announce: AnnouncePorts | null;
}

export interface Shipped {
  readonly prepared: PreparedRelease;
  /** Null when this very commit served already. */
  readonly delivered: Delivered | null;
  /** Null when nothing was to be released. */
  readonly published: Published | null;
  /** Contract steps that were applied although this very commit served already. */
  readonly contracted: readonly AppliedNow[];
}

/** From commit to released: the release commit is made first, so that what is tagged is what was built and deployed. */
export async function ship(input: ShipInput, ports: ShipPorts): Promise<Shipped> {
  const { config, status } = input;
  const settings = config.release;
  tagRules(config);
  await finishPublication(input, ports);
  const prepared = await stage('version', 'what this commit is', ports, async (note) => {
    const { commit } = await inspectSource(ports.repository, input.allowDirty);
    await refuseStray(commit, status, ports);
    const plan = await planRelease(settings, { commit, branch: input.branch, withRemote: true }, ports.repository);
    const prepared = await prepareRelease(plan, settings, ports.repository, ports.announce?.forge ?? null);
    for (const remark of prepared.remarks) note(remark);
    return { value: prepared, summary: describe(prepared) };
  });
  const release = { version: prepared.version, commit: prepared.commit };
  input.onKnown({ release });

  const source = { ...release, sourceDateEpoch: await commitEpoch(prepared.commit, ports.repository) };
  if (status?.stable?.commit === prepared.commit) {
    const contracted = await contractAfterBake({ ...input, source }, ports);
    return { prepared, delivered: null, published: null, contracted };
  }
  const delivered = await deliver({ ...input, source }, ports);
  if (delivered.rollout.outcome === 'running') return { prepared, delivered, published: null, contracted: [] };
  const announce = prepared.tag === null ? null : await publishBefore(prepared.tag, delivered.release, input, ports);
  const published = prepared.tag === null ? null : await publish(prepared, input, { ...ports, announce });
  await ports.agent.request({ type: 'published', ...input.scope, releaseId: delivered.release.id, runId: input.runId });
  return { prepared, delivered, published, contracted: [] };
}

/** What serves may have contract steps that waited for its bake. */
async function contractAfterBake(delivery: Delivery, ports: ShipPorts): Promise<readonly AppliedNow[]> {
  const { stable } = delivery.status ?? {};
  if (stable?.bakedAt == null || (stable.spec.contracts ?? []).length === 0) return [];
  return (await migrateDatabase(delivery, null, ports, 'contract'))?.applied ?? [];
}

/** Before the tag: what has one can be had by every host. */
async function publishBefore(
  tag: string,
  { artifact, version, commit }: { readonly artifact: string; readonly version: string; readonly commit: string },
  { config, onKnown }: Pick<ShipInput, 'config'> & { readonly onKnown?: ShipInput['onKnown'] },
  ports: ShipPorts,
): Promise<AnnouncePorts | null> {
  const source = { version, commit, epochSeconds: await commitEpoch(commit, ports.repository) };
  const { image, tags, documents, files } = await publishArtifact({ config, source, artifact, tag }, ports);
  const sbom = files.find((path) => path.endsWith('.cdx.json')) ?? files.find((path) => path.endsWith('.spdx.json'));
  onKnown?.({
    ...(image === null ? {} : { published: { image, tags } }),
    ...(files.length === 0 ? {} : { documents: files, sbom: sbom ?? null }),
  });
  return ports.announce === null ? null : { ...ports.announce, documents };
}

function describe({ version, tag, plan }: PreparedRelease): string {
  if (tag === null) return `${version}: nothing to release, deployed without a tag`;
  if (plan.kind === 'released') return `${version}, released before`;
  return `${version} (${plan.level}, ${plan.current === null ? 'the first release' : `after ${plan.current}`})`;
}

async function publish(prepared: PreparedRelease, { config }: ShipInput, ports: ShipPorts): Promise<Published> {
  return await stage('release', `publish ${prepared.version}`, ports, async (note) => {
    ports.lock.assertHeld();
    const published = await publishRelease(prepared, config.release, ports.repository, ports.announce);
    for (const remark of published.remarks) note(remark);
    return {
      value: published,
      summary: `tag ${published.tag} on ${published.commit.slice(0, 7)}, branch ${published.branch}`,
    };
  });
}

/**
 * A run that was lost between promotion and tag left a release that serves and is not tagged: it is tagged first.
 *
 * All that is needed is the candidate, here or on the remote; without one it is told and left alone.
 */
export async function finishPublication(
  input: Pick<ShipInput, 'config' | 'scope' | 'runId' | 'status' | 'branch'>,
  ports: ShipPorts,
): Promise<Published | null> {
  const { config, scope, runId, status } = input;
  const stable = unpublished(status);
  if (stable === null) return null;
  const prepared = await resumeRelease(
    { commit: stable.commit, branch: input.branch },
    config.release,
    ports.repository,
  );
  if (prepared === null) {
    const text = `${stable.version} serves and is not tagged, and nothing in this repository was prepared as ${stable.commit.slice(0, 7)}`;
    ports.reporter.report({ type: 'warning', text });
    return null;
  }
  return await stage('release', `finish publishing ${stable.version}`, ports, async () => {
    const announce = await publishBefore(prepared.tag ?? '', stable, input, ports);
    const published = await publishRelease(prepared, config.release, ports.repository, announce);
    await ports.agent.request({ type: 'published', ...scope, releaseId: stable.id, runId });
    return { value: published, summary: `tag ${published.tag} on ${published.commit.slice(0, 7)}` };
  });
}

/** What serves must be behind what comes, or somebody's released work would vanish. A rollback is a command of its own. */
async function refuseStray(commit: string, status: AppStatus | null, ports: ShipPorts): Promise<void> {
  const stable = status?.stable ?? null;
  if (stable === null || (await ports.repository.resolve(`${stable.commit}^{commit}`)) === null) return;
  const [record] = await ports.repository.commits([stable.commit]);
  // A release commit stands beside the branch until it is published, and sometimes stays there: its parent counts.
  const behind = [stable.commit, ...(stable.version.includes('+') ? [] : (record?.parents.slice(0, 1) ?? []))];
  for (const one of behind) if (await ports.repository.isAncestor(one, commit)) return;
  throw new GateFailed(
    'NOT_BEHIND_STABLE',
    `${commit.slice(0, 7)} does not descend from ${stable.commit.slice(0, 7)} (${stable.version}), which serves: its changes would be lost.`,
    { hint: 'Merge or rebase onto what serves; to go back, use "fairway rollback".' },
  );
}

/** The stable release when it still waits for its tag; versions with build metadata never get one. */
function unpublished(status: AppStatus | null) {
  const stable = status?.stable ?? null;
  return stable === null || stable.published || stable.version.includes('+') ? null : stable;
}
