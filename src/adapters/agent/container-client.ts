import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError, FairwayError } from '../../errors.ts';
import type { AgentConnection, ContainerSpec, ContainerView, Hello } from '../../ports.ts';
import type { EngineAddress } from '../docker/address.ts';
import { isCode, otherProtocol } from './client.ts';
import { agentConnection, defaultLimits } from './connection.ts';
import { agentImage, type ImagePorts } from './container-image.ts';
import {
  agentContainer,
  digestLabel,
  insideBundle,
  insideEngine,
  insideProxies,
  insideState,
  proxyVolume,
  readsLabel,
  stateVolume,
} from './container-place.ts';
import { relayDial } from './relay.ts';
import { type AgentProgram, programDigest } from './runtime.ts';

/** The engine on whose host an agent lives in a container. */
export interface Berth extends ImagePorts {
  readonly address: EngineAddress;
  /** The engine's socket on its own host. */
  readonly engineSocket: string;
  /** Folders of the host that the agent must be able to read. */
  readonly reads: readonly string[];
  /** What the agent's image is made from; null: see `agentImage`. */
  readonly base: string | null;
}

const startTimeoutMs = 60_000;
const endTimeoutMs = 30_000;
const retryMs = 100;
/** The engine leaves the way to a container that died open for ever. */
const silenceMs = 5_000;
const logLines = 15;
const conflict = 409;

/** A connection to the agent of that host; null when none is there. Starts nothing but one that was stopped. */
export async function connectContained(berth: Berth): Promise<AgentConnection | null> {
  const view = await berth.containers.inspect(agentContainer);
  if (view === null) return null;
  if (!view.isRunning) await berth.containers.start(view.id);
  return await reach(berth, startTimeoutMs);
}

/**
 * A connection to the agent of that host, started when there is none; one that runs other code and has nothing under
 * way is replaced.
 *
 * Throws EnvironmentError `AGENT_NOT_STARTED` with its last lines, `AGENT_PROTOCOL` when a busy one speaks another
 * protocol.
 */
export async function ensureContained(berth: Berth, program: AgentProgram, protocol: number): Promise<AgentConnection> {
  const wanted = await programDigest(program);
  const view = await berth.containers.inspect(agentContainer);
  if (view === null) return await create(berth, program, wanted);
  if (!view.isRunning) await berth.containers.start(view.id);
  const connection = await reach(berth, startTimeoutMs);
  const hello = await connection.request({ type: 'hello', protocol, version: program.version });
  const seen = readsOf(view);
  const reads = [...new Set([...seen, ...berth.reads])].toSorted();
  if (hello.digest === wanted && reads.length === seen.length) return connection;
  if (!hello.busy) {
    // Whatever may fail comes before the end of the one that works.
    await agentImage(program, berth.base, berth);
    if (await retire(connection, view, berth)) return await create({ ...berth, reads }, program, wanted);
  }
  if (hello.protocol === protocol) return connection;
  await connection.close();
  throw otherProtocol(hello satisfies Hello, protocol);
}

/** End the agent of a host and take its container away; false when it has something under way. Its state stays. */
export async function retireContained(berth: Berth): Promise<boolean> {
  const view = await berth.containers.inspect(agentContainer);
  if (view === null) return true;
  const connection = await connectContained(berth);
  return connection === null || (await retire(connection, view, berth));
}

async function retire(connection: AgentConnection, { id }: ContainerView, { containers }: Berth): Promise<boolean> {
  await containers.setRestart(id, 'no');
  try {
    await connection.request({ type: 'shutdown' });
  } catch (error) {
    if (!isCode(error, 'AGENT_GONE')) {
      await containers.setRestart(id, 'always');
      if (isCode(error, 'AGENT_BUSY')) return false;
      throw error;
    }
  }
  await connection.close();
  const deadline = performance.now() + endTimeoutMs;
  while ((await containers.inspect(id))?.isRunning === true && performance.now() < deadline) await delay(retryMs);
  await containers.remove(id);
  return true;
}

async function create(berth: Berth, program: AgentProgram, digest: string): Promise<AgentConnection> {
  const { containers } = berth;
  const image = await agentImage(program, berth.base, berth);
  const id = await containers.create(specOf(image, digest, program, berth)).catch((error: unknown) => {
    // Another client was faster: its agent will do.
    if (error instanceof FairwayError && error.facts['status'] === conflict) return agentContainer;
    throw error;
  });
  await containers.start(id);
  return await reach(berth, startTimeoutMs);
}

/** What another application on this host needs stays. */
function readsOf({ labels }: ContainerView): readonly string[] {
  try {
    return JSON.parse(labels[readsLabel] ?? '[]') as string[];
  } catch {
    return [];
  }
}

function specOf(
  image: string,
  digest: string,
  { version }: AgentProgram,
  { engineSocket, reads }: Berth,
): ContainerSpec {
  const own = (source: string, target: string) => ({ source, target, isReadOnly: false });
  return {
    name: agentContainer,
    image,
    entrypoint: ['node'],
    argv: [
      `${insideBundle}/agent.js`,
      '--contained',
      `--state=${insideState}`,
      `--digest=${digest}`,
      `--agent-version=${version}`,
    ],
    env: { LANG: 'C.UTF-8' },
    labels: { [digestLabel]: digest, [readsLabel]: JSON.stringify(reads) },
    // What it probes and shifts listens on this host, also where that is its loopback interface only.
    network: 'host',
    hostProcesses: true,
    publish: null,
    mounts: [
      own(stateVolume, insideState),
      own(proxyVolume, insideProxies),
      own(engineSocket, insideEngine),
      ...reads.map((folder) => ({ source: folder, target: folder, isReadOnly: true })),
    ],
    user: '0',
    memoryBytes: null,
    cpus: null,
    maxProcesses: null,
    init: false,
    restart: 'always',
  };
}

/** Connect to an agent whose container was started, or is being started again by the engine. */
async function reach(berth: Berth, timeoutMs: number): Promise<AgentConnection> {
  const { connection, open } = agentConnection(relayDial(berth.address, berth.docker), { ...defaultLimits, silenceMs });
  const deadline = performance.now() + timeoutMs;
  while (!(await open())) {
    if (performance.now() > deadline) throw await notStarted(berth, timeoutMs);
    await delay(retryMs);
  }
  return connection;
}

async function notStarted({ containers }: Berth, timeoutMs: number): Promise<EnvironmentError> {
  const lines = await containers.logs(agentContainer, logLines).catch(() => []);
  return new EnvironmentError(
    'AGENT_NOT_STARTED',
    `the agent did not listen within ${timeoutMs / 1_000} s${lines.length === 0 ? '' : `:\n${lines.join('\n')}`}`,
    { hint: `Look at: docker logs ${agentContainer}` },
  );
}
