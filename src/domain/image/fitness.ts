import { formatBytes } from '../report/quantities.ts';
import type { ProcessSpec, ReleaseSpec } from '../rollout/plan.ts';

export interface ImageFacts {
  readonly architecture: string;
  readonly hasHealthCheck: boolean;
}

export interface EngineFacts {
  readonly architecture: string;
  readonly memoryBytes: number;
}

export interface Settings {
  readonly network: 'own' | 'host';
  readonly memory?: number | undefined;
  /** An agent lives on the engine's own host. */
  readonly isContained?: boolean;
  /** Address of the engine, as DOCKER_HOST writes it; absent: this machine's. */
  readonly host?: string | undefined;
}

export interface Unfit {
  readonly code: string;
  readonly reason: string;
  readonly mend: string;
}

/** Why a release must not be tried on an engine; empty when nothing stands against it. */
export function unfit(
  release: ReleaseSpec,
  image: ImageFacts,
  engine: EngineFacts,
  settings: Settings,
): readonly Unfit[] {
  const { processes } = release;
  return [
    ...processes.flatMap((process) => [...withoutHealth(process, image), ...withoutGrace(process)]),
    ...otherArchitecture(image, engine),
    ...noRoom(processes.length, engine, settings),
    ...elsewhere(settings),
    ...(settings.network === 'own' ? ownLoopback(release) : []),
  ];
}

function withoutHealth({ name, traffic, readyPath }: ProcessSpec, image: ImageFacts): readonly Unfit[] {
  if (!traffic || readyPath !== null || image.hasHealthCheck) return [];
  return [
    {
      code: 'NO_HEALTH_CHECK',
      reason: `nobody could tell when "${name}" can take traffic: it has no ready path, and the image no HEALTHCHECK`,
      mend: `processes.${name}.ready.path: /health`,
    },
  ];
}

function withoutGrace({ name, traffic, stopGraceMs }: ProcessSpec): readonly Unfit[] {
  if (!traffic || stopGraceMs > 0) return [];
  return [
    {
      code: 'NO_GRACEFUL_STOP',
      reason: `"${name}" would be killed in the middle of requests: its stop grace is 0`,
      mend: `processes.${name}.stopGrace: 10s`,
    },
  ];
}

function otherArchitecture(image: ImageFacts, engine: EngineFacts): readonly Unfit[] {
  if (image.architecture === engine.architecture) return [];
  return [
    {
      code: 'WRONG_ARCHITECTURE',
      reason: `the image is for ${image.architecture}, and the engine runs ${engine.architecture}`,
      mend: `build it for linux/${engine.architecture}`,
    },
  ];
}

/** Old and new run side by side until the old one is stopped. */
function noRoom(processes: number, engine: EngineFacts, { memory }: Settings): readonly Unfit[] {
  if (memory === undefined) return [];
  const needed = 2 * processes * memory;
  if (needed <= engine.memoryBytes) return [];
  return [
    {
      code: 'NO_ROOM_FOR_TWO',
      reason: `two releases of ${processes === 1 ? 'one process' : `${processes} processes`} with ${formatBytes(memory)} each need ${formatBytes(needed)}, and the engine has ${formatBytes(engine.memoryBytes)}`,
      mend: `target.memory: ${Math.floor(engine.memoryBytes / (2 * processes) / 1e6)}MB`,
    },
  ];
}

/** Traffic is shifted by the agent and the proxy of this host, which reach containers of this host only. */
function elsewhere({ host, isContained }: Settings): readonly Unfit[] {
  if (
    host === undefined ||
    isContained === true ||
    /^(unix|npipe):/.test(host) ||
    /^tcp:\/\/(localhost|127\.\d+\.\d+\.\d+)(:\d+)?\/?$/.test(host)
  )
    return [];
  return [
    {
      code: 'ENGINE_ELSEWHERE',
      reason: `the engine at ${host.replace(/\/\/[^@/]*@/, '//')} is on another host, where no proxy of ours reaches its containers`,
      mend: 'run fairway on that host',
    },
  ];
}

/** In a network of its own a container's loopback interface is its own too. */
function ownLoopback({ env, processes }: ReleaseSpec): readonly Unfit[] {
  const all = [env, ...processes.map((process) => process.env)].flatMap((variables) => Object.entries(variables));
  return loopbacksIn(Object.fromEntries(all)).map(loopbackUnfit);
}

/** Names of the variables whose value is a URL of this machine. */
export function loopbacksIn(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables)
    .filter(([, value]) => pointsAtLoopback(value))
    .map(([name]) => name);
}

function pointsAtLoopback(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/\s]*@)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/?]|$)/i.test(value);
}

export function loopbackUnfit(variable: string): Unfit {
  return {
    code: 'LOOPBACK_IN_CONTAINER',
    reason: `${variable} names a server on 127.0.0.1, which in a container with a network of its own is the container itself`,
    mend: 'target.network: host',
  };
}
