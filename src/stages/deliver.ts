import type { Config } from '../config/schema.ts';
import type { Waiting } from '../domain/migration/contract.ts';
import { labelOf } from '../domain/migration/migration.ts';
import type { AppStatus, RolloutEnd, Scope } from '../domain/rollout/messages.ts';
import type { ReleaseRef, ReleaseSpec } from '../domain/rollout/plan.ts';
import type { TestsSeen } from '../domain/tests/judge.ts';
import type { BuiltArtifact } from '../engines/engine.ts';
import type { AgentConnection } from '../ports.ts';
import { behindThePage } from './accept-impossible.ts';
import { build } from './build.ts';
import type { ImageReport } from './image-report.ts';
import { type DatabaseInput, type DatabaseStagePorts, rehearseChange, releaseSecrets } from './database.ts';
import { migrateDatabase } from './migrate-database.ts';
import { type EarlyBackup, earlyBackup } from './early-backup.ts';
import { type EarlyServer, startEarly } from './early-server.ts';
import { errorOf, followRollout } from './follow.ts';
import type { HeldLock } from './lock.ts';
import { confirm } from './confirm.ts';
import { hostPreflight, preflight } from './preflight.ts';
import { sealProxy } from './proxy-secrets.ts';
import { releaseSpec, rolloutPlan } from './release-spec.ts';
import { scanArtifact, type ArtifactScanPorts } from './scan/artifact.ts';
import type { Scanned } from './scan/input.ts';
import { stage } from './stage.ts';
import { test } from './test.ts';

/** Journals, logs and layers that containers write. */
const leastFreeBytes = 64 * 1024 ** 2;

export interface Delivery {
  readonly config: Config;
  readonly scope: Scope;
  readonly runId: string;
  /** What is built, tested, deployed and perhaps tagged: exactly this commit. */
  readonly source: { readonly version: string; readonly commit: string; readonly sourceDateEpoch: number };
  /** Built and proven before: neither built nor tested again. */
  readonly built?: BuiltArtifact;
  /** What the agent says stands now. */
  readonly status: AppStatus | null;
  readonly database: DatabaseInput | null;
  readonly signal: AbortSignal;
  /** The release that somebody accepts although nothing leads back from it. */
  readonly acceptImpossible?: string | undefined;
  /** Users come in where this command does not. */
  readonly isElsewhere?: boolean;
  /** Told what is known as soon as it is, for the final document of a run that fails later. */
  readonly onKnown: (facts: Readonly<Record<string, unknown>>) => void;
}

export interface DeliveryPorts extends DatabaseStagePorts, Pick<ArtifactScanPorts, 'scanner' | 'scans'> {
  readonly agent: AgentConnection;
  readonly lock: HeldLock;
  /** Have the artifact on every host, where hosts are elsewhere; a sentence about how it came there. */
  readonly distribute?: (artifact: BuiltArtifact, version: string) => Promise<string>;
}

export interface Delivered {
  readonly release: ReleaseSpec;
  readonly previous: ReleaseRef | null;
  readonly url: string | null;
  /** `running`: it was handed over, and nobody waited. */
  readonly rollout: RolloutEnd;
}

/** From a commit to traffic: build, test, rehearse, migrate, roll out, and look once more through the front door. */
export async function deliver(delivery: Delivery, ports: DeliveryPorts): Promise<Delivered> {
  const server = startEarly(delivery.database, ports);
  const backup = earlyBackup(ports);
  try {
    return await runDelivery(delivery, { server, backup }, ports);
  } finally {
    await server?.drop();
    await backup.drop();
  }
}

/** What is made ready while something else still runs. */
interface Early {
  readonly server: EarlyServer | null;
  readonly backup: EarlyBackup;
}

async function runDelivery(delivery: Delivery, early: Early, ports: DeliveryPorts): Promise<Delivered> {
  const { config, scope, source, status, signal, onKnown } = delivery;
  const judge = {
    previous: status?.stable ?? null,
    onImage: (image: ImageReport) => onKnown({ image }),
  };
  const artifact = delivery.built ?? (await build({ config, ...source, signal, judge }, ports));
  onKnown({ artifact: artifact.artifact });
  if (delivery.built === undefined) {
    await scanBuilt(delivery, artifact, ports);
    const onTests = (tests: TestsSeen): void => onKnown({ tests });
    await test({ config: config.test, artifact, ...source, signal, onTests }, ports);
  }

  await hostPreflight(roomFor(config, artifact, ports), ports);
  await distribute(artifact, source.version, ports);
  const secrets = await releaseSecrets(config, ports);
  const release = asRelease(delivery, artifact, Object.keys(secrets));
  const previous = status?.stable ?? null;
  onKnown({
    release: { version: release.version, commit: release.commit },
    previous: previous && { version: previous.version, commit: previous.commit, artifact: previous.artifact },
  });

  await preflight(release, secrets, { directory: '', scope }, ports);
  const onPending = (target: string): void => {
    const { database } = delivery;
    if (database === null || config.migrations === undefined) return;
    early.backup.begin({ ...database, settings: config.migrations, url: target, runId: delivery.runId, signal });
  };
  const rehearsal = await rehearseChange({ ...delivery, release, secrets, early: early.server, onPending }, ports);
  onKnown({ rehearsal });
  ports.lock.assertHeld();
  // Behind the maintenance page nothing is written any more: a backup from then on holds everything.
  const young = rehearsal?.rollback === 'impossible' ? null : early.backup;
  const migrate = async () => await migrateDatabase(delivery, rehearsal, ports, 'due', young);
  const url =
    rehearsal?.rollback === 'impossible'
      ? await behindThePage({ ...scope, runId: delivery.runId }, ports.agent, migrate)
      : await migrate();
  if (url !== null && url.measured.length > 0) onKnown({ measured: url.measured });
  if (url !== null) tellWaiting(url.waiting, source.version, ports);

  ports.lock.assertHeld();
  const given = url === null ? secrets : { ...secrets, [url.variable]: url.value };
  const rollout = await rollOut(delivery, withContracts(release, url?.contracts ?? []), given, ports);
  onKnown({ rollout });
  if (rollout.outcome === 'running') return { release, previous, url: null, rollout };
  const serving = await confirm(delivery, release, ports);
  onKnown({ url: serving });
  return { release, previous, url: serving, rollout };
}

/** What must come to the host's disk is there twice for a moment. */
function roomFor({ target, processes }: Config, artifact: BuiltArtifact, { distribute: bring }: DeliveryPorts) {
  const sizeBytes = 'sizeBytes' in artifact ? artifact.sizeBytes : 0;
  if (target?.type !== 'docker') return { diskBytes: 0, memoryBytes: 0 };
  const memory = target.memory ?? 0;
  return {
    diskBytes: bring === undefined ? leastFreeBytes : 2 * sizeBytes + leastFreeBytes,
    memoryBytes: memory * Object.keys(processes).length,
  };
}

async function distribute(artifact: BuiltArtifact, version: string, ports: DeliveryPorts): Promise<void> {
  const { distribute: bring } = ports;
  if (bring === undefined) return;
  await stage('distribute', `${version} to its hosts`, ports, async () => ({
    value: null,
    summary: await bring(artifact, version),
  }));
}

/** Without a section in the configuration nothing is scanned, and that is said. */
async function scanBuilt(delivery: Delivery, artifact: BuiltArtifact, ports: DeliveryPorts): Promise<void> {
  const { config, source, status, signal, onKnown } = delivery;
  const { scan: settings, build } = config;
  if (settings === undefined) {
    const text = 'not scanned: the configuration has no section "scan"';
    ports.reporter.report({ type: 'note', stage: 'scan', text });
    return;
  }
  const known = ({ document }: Scanned): void => onKnown({ scan: document });
  const stable = status?.stable ?? null;
  await scanArtifact({ settings, build, source, artifact, stable, signal, onKnown: known }, ports);
}

function asRelease(
  { config, source, database }: Delivery,
  built: BuiltArtifact,
  names: readonly string[],
): ReleaseSpec {
  const all = database === null ? names : [...names, database.variable];
  return releaseSpec(config, { ...source, artifact: built.artifact, location: built.location }, all);
}

/** What a client says that does not wait: the agent goes on by itself. */
export function handedOver(version: string): RolloutEnd {
  return {
    outcome: 'running',
    code: 'HANDED_OVER',
    message: `the agent rolls ${version} out by itself`,
    hint: 'Its outcome, and the release: fairway follow.',
    durationMs: 0,
    holdMs: 0,
  };
}

function withContracts(release: ReleaseSpec, contracts: readonly string[]): ReleaseSpec {
  return contracts.length === 0 ? release : { ...release, contracts };
}

function tellWaiting(waiting: readonly Waiting[], version: string, { reporter }: DeliveryPorts): void {
  for (const { migration } of waiting) {
    const text = `${labelOf(migration)} is a contract step: it is applied by the next ship, or by "fairway migrate apply --contract", once ${version} has baked`;
    reporter.report({ type: 'note', stage: 'migrate', text });
  }
}

/** Hand the plan over and follow it, unless nobody is to wait. Throws what its end stands for. */
async function rollOut(
  { config, scope, runId, signal }: Delivery,
  release: ReleaseSpec,
  secrets: Readonly<Record<string, string>>,
  ports: DeliveryPorts,
): Promise<RolloutEnd> {
  return await stage('deploy', `${config.deploy.strategy} of ${release.version}`, ports, async () => {
    const { proxy, values } = await sealProxy(config.proxy, ports.secrets);
    const plan = rolloutPlan(
      proxy === undefined ? config : { ...config, proxy },
      { environment: scope.environment, runId, rolloutId: `${runId}-${release.id}` },
      release,
    );
    const { rolloutId } = await ports.agent.request({ type: 'deploy', plan, secrets: { ...secrets, ...values } });
    if (plan.unattendedMs !== undefined) {
      const end = handedOver(release.version);
      return { value: end, summary: end.message, outcome: end.outcome };
    }
    const end = await followRollout(scope, rolloutId, ports, signal);
    const error = errorOf(end, signal.aborted);
    if (error !== null) throw error;
    return { value: end, summary: end.message, outcome: end.outcome };
  });
}
