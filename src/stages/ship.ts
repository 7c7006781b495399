import type { AppStatus } from '../domain/rollout/messages.ts';
import { type Delivered, deliver, type Delivery, type DeliveryPorts } from './deliver.ts';
import { planRelease, type PreparedRelease, prepareRelease, publishRelease, type Published } from './release.ts';
import { commitEpoch, inspectSource } from './source.ts';
import { stage } from './stage.ts';

export interface ShipInput extends Omit<Delivery, 'source'> {
  readonly allowDirty: boolean;
}

export interface Shipped {
  readonly prepared: PreparedRelease;
  /** Null when this very commit served already. */
  readonly delivered: Delivered | null;
  /** Null when nothing was to be released. */
  readonly published: Published | null;
}

/** From commit to released: the release commit is made first, so that what is tagged is what was built and deployed. */
export async function ship(input: ShipInput, ports: DeliveryPorts): Promise<Shipped> {
  const { config, status } = input;
  const settings = config.release;
  await finishPublication(input, ports);
  const prepared = await stage('version', 'what this commit is', ports, async () => {
    const { commit } = await inspectSource(ports.repository, input.allowDirty);
    const plan = await planRelease(settings, { commit, withRemote: true }, ports.repository);
    const prepared = await prepareRelease(plan, settings, ports.repository);
    return { value: prepared, summary: describe(prepared) };
  });
  const release = { version: prepared.version, commit: prepared.commit };
  input.onKnown({ release });

  if (status?.stable?.commit === prepared.commit) return { prepared, delivered: null, published: null };
  const source = { ...release, sourceDateEpoch: await commitEpoch(prepared.commit, ports.repository) };
  const delivered = await deliver({ ...input, source }, ports);
  if (prepared.tag !== null) await publishArtifact(delivered.release, ports);
  const published = prepared.tag === null ? null : await publish(prepared, input, ports);
  await ports.agent.request({ type: 'published', ...input.scope, releaseId: delivered.release.id, runId: input.runId });
  return { prepared, delivered, published };
}

/** Before the tag: what has one can be had by every host. */
async function publishArtifact(
  { artifact, version }: { readonly artifact: string; readonly version: string },
  ports: DeliveryPorts,
): Promise<void> {
  const where = await ports.engine.publish(artifact, version);
  if (where !== null) ports.reporter.report({ type: 'note', stage: 'release', text: `${version} is ${where}` });
}

function describe({ version, tag, plan }: PreparedRelease): string {
  if (tag === null) return `${version}: nothing to release, deployed without a tag`;
  if (plan.kind === 'released') return `${version}, released before`;
  return `${version} (${plan.level}, ${plan.current === null ? 'the first release' : `after ${plan.current}`})`;
}

async function publish(prepared: PreparedRelease, { config }: ShipInput, ports: DeliveryPorts): Promise<Published> {
  return await stage('release', `publish ${prepared.version}`, ports, async (note) => {
    ports.lock.assertHeld();
    const published = await publishRelease(prepared, config.release, ports.repository);
    for (const remark of published.remarks) note(remark);
    return {
      value: published,
      summary: `tag ${published.tag} on ${published.commit.slice(0, 7)}, branch ${published.branch}`,
    };
  });
}

/** A run that was lost between promotion and tag left a release that serves and is not tagged: it is tagged first. */
export async function finishPublication(
  input: Pick<ShipInput, 'config' | 'scope' | 'runId' | 'status'>,
  ports: DeliveryPorts,
): Promise<Published | null> {
  const { config, scope, runId, status } = input;
  const stable = unpublished(status);
  if (stable === null) return null;
  const [record] = await ports.repository.commits([stable.commit]);
  const parent = record?.parents[0];
  if (parent === undefined) {
    ports.reporter.report({
      type: 'warning',
      text: `${stable.version} serves and is not tagged, and its commit is not in this clone`,
    });
    return null;
  }
  const prepared = await prepareRelease(
    await planRelease(config.release, { commit: parent, withRemote: true }, ports.repository),
    config.release,
    ports.repository,
  );
  if (prepared.commit !== stable.commit || prepared.tag === null) return null;
  return await stage('release', `finish publishing ${stable.version}`, ports, async () => {
    await publishArtifact(stable, ports);
    const published = await publishRelease(prepared, config.release, ports.repository);
    await ports.agent.request({ type: 'published', ...scope, releaseId: stable.id, runId });
    return { value: published, summary: `tag ${published.tag} on ${published.commit.slice(0, 7)}` };
  });
}

/** The stable release when it still waits for its tag; versions with build metadata never get one. */
function unpublished(status: AppStatus | null) {
  const stable = status?.stable ?? null;
  return stable === null || stable.published || stable.version.includes('+') ? null : stable;
}
