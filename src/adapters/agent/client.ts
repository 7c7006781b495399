import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { AgentConnection, Daemons, Hello } from '../../ports.ts';
import { agentConnection, defaultLimits } from './connection.ts';
import { isAlive } from '../node/process-table.ts';
import { custodyOf } from './custody.ts';
import { agentPlace } from './place.ts';
import { programDigest } from './runtime.ts';
import type { AgentProgram } from './runtime.ts';
import { socketDial } from './socket-dial.ts';
import { startAgent } from './start.ts';

export type { AgentProgram } from './runtime.ts';

export interface ConnectOptions {
  /** The folder that all of Fairway's state on this host lies in; one agent each. */
  readonly stateDirectory: string;
  /** The longest that one answer may take; default 150 s. */
  readonly requestTimeoutMs?: number;
  /** How long a cut connection is tried again; default 20 s. */
  readonly reconnectMs?: number;
}

export interface EnsureOptions extends ConnectOptions {
  readonly program: AgentProgram;
  /** What the client speaks: `protocolVersion` of the messages. */
  readonly protocol: number;
  readonly startTimeoutMs?: number;
}

/** Its supervisor brings an agent that crashed back within this; else a new one is started. */
const helloReconnectMs = 1_500;
const retryMs = 50;

/**
 * A connection to the agent that runs for this state directory, or null when none runs. Starts nothing; one that
 * crashed a moment ago is waited for while its supervisor brings it back.
 */
export async function connectAgent(options: ConnectOptions): Promise<AgentConnection | null> {
  const place = agentPlace(options.stateDirectory);
  const { connection, open } = agentConnection(socketDial(place.socketPath), {
    requestTimeoutMs: options.requestTimeoutMs ?? defaultLimits.requestTimeoutMs,
    reconnectMs: options.reconnectMs ?? defaultLimits.reconnectMs,
  });
  const deadline = performance.now() + (options.reconnectMs ?? defaultLimits.reconnectMs);
  while (!(await open())) {
    const supervisor = await custodyOf(place.directory).read();
    const comesBack = supervisor !== null && isAlive(supervisor) && performance.now() < deadline;
    if (!comesBack) return null;
    await delay(retryMs);
  }
  return connection;
}

/**
 * A connection to the agent of this state directory; starts it when none runs, and replaces one that runs other
 * code and has nothing under way.
 *
 * Throws EnvironmentError `AGENT_NOT_STARTED` (with its last log lines), `AGENT_PROTOCOL` when a busy one speaks
 * another protocol.
 */
export async function ensureAgent(
  options: EnsureOptions,
  ports: { readonly daemons: Daemons },
): Promise<AgentConnection> {
  const hello = await askHello(options);
  if (hello === null) return await startAndConnect(options, ports);
  if (hello.digest !== (await programDigest(options.program))) {
    if (!hello.busy && (await endAgent(options))) return await startAndConnect(options, ports);
    if (hello.protocol !== options.protocol) throw otherProtocol(hello, options.protocol);
  }
  return (await connectAgent(options)) ?? (await startAndConnect(options, ports));
}

/** Who answers; null when nobody does, or it went away while it was asked. */
async function askHello(options: EnsureOptions): Promise<Hello | null> {
  const agent = await connectAgent({ ...options, reconnectMs: helloReconnectMs });
  try {
    const { protocol, program } = options;
    return (await agent?.request({ type: 'hello', protocol, version: program.version })) ?? null;
  } catch (error) {
    if (isCode(error, 'AGENT_GONE')) return null;
    throw error;
  } finally {
    await agent?.close();
  }
}

async function startAndConnect(options: EnsureOptions, ports: { readonly daemons: Daemons }): Promise<AgentConnection> {
  await startAgent(options.stateDirectory, options.program, options.startTimeoutMs ?? 15_000, ports);
  const connection = await connectAgent(options);
  if (connection !== null) return connection;
  throw new EnvironmentError('AGENT_NOT_STARTED', 'the agent started and ended at once', {
    hint: `Look at ${agentPlace(options.stateDirectory).logFile}.`,
  });
}

/** Ask the agent to end; false when it got work meanwhile. */
async function endAgent(options: EnsureOptions): Promise<boolean> {
  const agent = await connectAgent({ ...options, reconnectMs: helloReconnectMs });
  try {
    await agent?.request({ type: 'shutdown' });
    return true;
  } catch (error) {
    if (isCode(error, 'AGENT_GONE')) return true;
    if (isCode(error, 'AGENT_BUSY')) return false;
    throw error;
  } finally {
    await agent?.close();
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof EnvironmentError && error.code === code;
}

export function otherProtocol(hello: Hello, wanted: number): EnvironmentError {
  return new EnvironmentError(
    'AGENT_PROTOCOL',
    `the agent of this host (${hello.version}) speaks protocol ${hello.protocol}, this command ${wanted}, and a rollout is under way`,
    { hint: 'Wait for its end, then run the command again: it replaces the agent.' },
  );
}
