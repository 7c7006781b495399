import { label, placeNames } from '../../domain/image/names.ts';
import { loopbacksIn, loopbackUnfit } from '../../domain/image/fitness.ts';
import type { ProcessSpec, ReleaseSpec } from '../../domain/rollout/plan.ts';
import { EnvironmentError, FairwayError } from '../../errors.ts';
import type { Containers, ContainerSpec, ContainerView, ImageView } from '../../ports.ts';
import type { Instance, TargetContext, TargetPorts } from '../target.ts';
import { wantedImage } from './prepare.ts';
import type { DockerConfig } from './schema.ts';
import { secretMount } from './secrets.ts';

const loopback = '127.0.0.1';
const anyAddress = '0.0.0.0';
const defaultPort = 8_080;
const portTries = 5;

/** Where a process is asked to listen. */
interface Door {
  /** Known before it starts where the host's own port leads to it; null: it is the container's address. */
  readonly hostPort: number | null;
  readonly publish: ContainerSpec['publish'];
  /** In the container; null without traffic. */
  readonly port: number | null;
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
    return instanceOf(former, release, process);
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
  const given = await secretMount(release.id, secrets, context, config, ports);
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
        [label.hostPort]: String(door.hostPort ?? ''),
        [label.port]: network === 'host' ? '' : String(door.port ?? ''),
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
      const started = await engine.inspect(id);
      if (started === null) throw new EnvironmentError('CONTAINER_GONE', `somebody removed ${name} as it started`);
      return instanceOf(started, release, process);
    } catch (error) {
      await engine.remove(id);
      if (attempt === portTries || !isPortTaken(error)) throw error;
    }
  }
}

function instanceOf(view: ContainerView, release: ReleaseSpec, process: ProcessSpec): Instance {
  return {
    releaseId: release.id,
    process: process.name,
    address: process.traffic ? addressOf(view) : null,
    handle: { container: view.id },
    logFile: null,
  };
}

/** One that has ended already has no address any more; whoever waits for it learns that it ended. */
function addressOf({ labels, addresses }: ContainerView): string {
  const hostPort = labels[label.hostPort] ?? '';
  if (hostPort !== '') return `${loopback}:${hostPort}`;
  const [address] = Object.values(addresses);
  return `${address ?? loopback}:${labels[label.port] ?? ''}`;
}

async function openDoor(
  process: ProcessSpec,
  network: string,
  image: ImageView,
  config: DockerConfig,
  { ports }: TargetPorts,
): Promise<Door> {
  if (!process.traffic) return { hostPort: null, publish: null, port: null, told: {} };
  if (network === 'host') {
    const hostPort = await ports.free();
    return { hostPort, publish: null, port: hostPort, told: { HOST: loopback, PORT: String(hostPort) } };
  }
  const [exposed, another] = image.ports;
  const port = config.port ?? (another === undefined ? exposed : undefined) ?? defaultPort;
  const told = { HOST: anyAddress, PORT: String(port) };
  if (config.reach === 'container') return { hostPort: null, publish: null, port, told };
  const hostPort = await ports.free();
  return { hostPort, publish: { port, hostPort }, port, told };
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
