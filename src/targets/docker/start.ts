import { label, placeNames } from '../../domain/image/names.ts';
import { loopbacksIn, loopbackUnfit } from '../../domain/image/fitness.ts';
import type { ProcessSpec, ReleaseSpec } from '../../domain/rollout/plan.ts';
import { EnvironmentError, FairwayError } from '../../errors.ts';
import type { Containers, ContainerSpec, ImageView } from '../../ports.ts';
import type { Instance, TargetContext, TargetPorts } from '../target.ts';
import { wantedImage } from './prepare.ts';
import type { DockerConfig } from './schema.ts';
import { secretMount } from './secrets.ts';

const loopback = '127.0.0.1';
const anyAddress = '0.0.0.0';
const defaultPort = 8_080;
const portTries = 5;

interface Door {
  /** As whoever is on the host reaches it; null without traffic. */
  readonly address: string | null;
  readonly publish: ContainerSpec['publish'];
  readonly told: Readonly<Record<string, string>>;
}

/**
 * Start one process of a prepared release as a container, or find it running.
 *
 * Its name follows from release and process, so that whoever is killed in the middle finds it again.
 * Throws EnvironmentError `RELEASE_NOT_PREPARED`, `LOOPBACK_IN_CONTAINER`, `TOOL_MISSING` or what the engine says.
 */
export async function startContainer(
  release: ReleaseSpec,
  process: ProcessSpec,
  secrets: Readonly<Record<string, string>>,
  context: TargetContext,
  config: DockerConfig,
  ports: TargetPorts,
  engine: Containers,
): Promise<Instance> {
  const names = placeNames(context);
  const name = names.container(release.id, process.name);
  const former = await engine.inspect(name);
  if (former?.isRunning === true && former.labels[label.artifact] === release.artifact) {
    return instanceOf(former.id, former.labels[label.address] ?? '', release, process);
  }
  if (former !== null) await engine.remove(former.id);

  const image = await engine.image(names.image(release.id));
  if (image === null || image.id !== wantedImage(release)) {
    throw new EnvironmentError(
      'RELEASE_NOT_PREPARED',
      `the image of ${release.id} is not on the engine as ${names.image(release.id)}`,
    );
  }
  const network = context.isRehearsal === true ? 'host' : config.network === 'host' ? 'host' : names.network;
  if (network !== 'host') {
    refuseLoopback(secrets);
    await engine.ensureNetwork(network, { [label.place]: names.mark, ...scopeLabels(context) });
  }
  const given = await secretMount(release.id, secrets, context, config, ports.files);
  for (let attempt = 1; ; attempt += 1) {
    const door = await openDoor(process, network, image, config, ports);
    const id = await engine.create({
      name,
      image: image.id,
      argv: process.argv,
      env: { LANG: 'C.UTF-8', ...release.env, ...process.env, ...given.env, ...aboutRelease(release), ...door.told },
      labels: {
        ...scopeLabels(context),
        [label.release]: release.id,
        [label.process]: process.name,
        [label.artifact]: release.artifact,
        [label.place]: names.mark,
        [label.address]: door.address ?? '',
        [label.port]: door.publish === null ? '' : String(door.publish.port),
      },
      network,
      publish: door.publish,
      mounts: [...volumesOf(config, names.volume, context), ...given.mounts],
      user: config.user ?? null,
      memoryBytes: config.memory ?? null,
      cpus: config.cpus ?? null,
      maxProcesses: config.pids ?? null,
      init: config.init,
      restart: 'no',
    });
    try {
      await engine.start(id);
      return instanceOf(id, door.address ?? '', release, process);
    } catch (error) {
      await engine.remove(id);
      if (attempt === portTries || !isPortTaken(error)) throw error;
    }
  }
}

function instanceOf(container: string, address: string, release: ReleaseSpec, process: ProcessSpec): Instance {
  return {
    releaseId: release.id,
    process: process.name,
    address: address === '' ? null : address,
    handle: { container },
    logFile: null,
  };
}

async function openDoor(
  process: ProcessSpec,
  network: string,
  image: ImageView,
  config: DockerConfig,
  ports: TargetPorts,
): Promise<Door> {
  if (!process.traffic) return { address: null, publish: null, told: {} };
  const hostPort = await ports.ports.free();
  const address = `${loopback}:${hostPort}`;
  if (network === 'host') return { address, publish: null, told: { HOST: loopback, PORT: String(hostPort) } };
  const [exposed, another] = image.ports;
  const port = config.port ?? (another === undefined ? exposed : undefined) ?? defaultPort;
  return { address, publish: { port, hostPort }, told: { HOST: anyAddress, PORT: String(port) } };
}

function aboutRelease({ id, version, commit }: ReleaseSpec): Record<string, string> {
  return { FAIRWAY_RELEASE: id, FAIRWAY_VERSION: version, FAIRWAY_COMMIT: commit };
}

function scopeLabels({ scope }: TargetContext): Record<string, string> {
  return scope === undefined ? {} : { [label.app]: scope.app, [label.environment]: scope.environment };
}

/** A rehearsal gets none: what it writes must not reach what serves. */
function volumesOf(
  { volumes }: DockerConfig,
  nameOf: (name: string) => string,
  { isRehearsal }: TargetContext,
): ContainerSpec['mounts'] {
  if (isRehearsal === true) return [];
  return Object.entries(volumes).map(([source, target]) => ({
    source: source.startsWith('/') ? source : nameOf(source),
    target,
    isReadOnly: false,
  }));
}

function refuseLoopback(secrets: Readonly<Record<string, string>>): void {
  const [found] = loopbacksIn(secrets);
  if (found === undefined) return;
  const { code, reason, mend } = loopbackUnfit(found);
  throw new EnvironmentError(code, reason, { hint: mend });
}

/** Somebody was faster. */
function isPortTaken(error: unknown): boolean {
  return error instanceof FairwayError && /port is already allocated|address already in use/.test(error.message);
}
