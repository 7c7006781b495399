import { join } from 'node:path';
import { connectAgent, ensureAgent } from '../../adapters/agent/client.ts';
import { connectContained, ensureContained, retireContained } from '../../adapters/agent/container-client.ts';
import { nodeClock } from '../../adapters/node/clock.ts';
import { nodeDaemons } from '../../adapters/node/daemons.ts';
import { nodeFiles } from '../../adapters/node/files.ts';
import { identify, isAlive, processTable } from '../../adapters/node/process-table.ts';
import { protocolVersion, type RunOwner, type Scope } from '../../domain/rollout/messages.ts';
import { FairwayError } from '../../errors.ts';
import type { AgentConnection, Daemons } from '../../ports.ts';
import { type FleetHost, fleetOf } from '../../stages/fleet.ts';
import { type HeldLock, takeLock } from '../../stages/lock.ts';
import type { CommandContext } from './command.ts';
import { type Host, hostsOf } from './berths.ts';
import { openProject, type Project } from './project.ts';
import { agentProgram, containedProgram } from './world.ts';

/**
 * Ask the agent that runs, or one that takes up what a lost one left; null when there is nothing to look after,
 * and then nothing is started.
 */
export async function existingAgent<T>(
  context: CommandContext,
  ask: (agent: AgentConnection) => Promise<T>,
): Promise<T | null> {
  const { stateDirectory } = context;
  const hosts = await containedHosts(context);
  if (hosts !== null) {
    const agent = await connectHosts(hosts, context);
    return agent === null ? null : await closing(agent, ask);
  }
  const running = await connectAgent({ stateDirectory });
  if (running !== null) return await closing(running, ask);
  if (!(await hasJournal(stateDirectory))) return null;
  return await closing(await startedAgent(context, { daemons: nodeDaemons() }), ask);
}

/** Null without a configuration, or where it has the agent as a process. */
async function containedHosts(context: CommandContext): Promise<readonly Host[] | null> {
  try {
    return hostsOf(await openProject(context));
  } catch (error) {
    if (error instanceof FairwayError && error.code === 'CONFIG_MISSING') return null;
    throw error;
  }
}

/** The agents of the hosts as one, those out of reach told and left out; null when there is none on any of them. */
async function connectHosts(
  hosts: readonly Host[],
  { reporter }: Pick<CommandContext, 'reporter'>,
): Promise<AgentConnection | null> {
  const [first] = hosts;
  if (first === undefined) return null;
  if (hosts.length === 1) return await connectContained(first.berth);
  const found: FleetHost[] = [];
  const lost: FairwayError[] = [];
  for (const { name, port, berth } of hosts) {
    try {
      const agent = await connectContained(berth);
      if (agent !== null) found.push({ name, port, agent });
    } catch (error) {
      if (!(error instanceof FairwayError) || error.code !== 'DOCKER_UNREACHABLE') throw error;
      lost.push(error);
      reporter.report({ type: 'warning', text: `${name} is out of reach: ${error.message}` });
    }
  }
  const [unreachable] = lost;
  if (found.length === 0 && unreachable !== undefined) throw unreachable;
  return found.length === 0 ? null : fleetOf(found);
}

/** End the agent when it looks after nothing any more; a process would do so by itself a minute later. */
export async function endIdleAgent(context: CommandContext): Promise<void> {
  const hosts = await containedHosts(context);
  if (hosts !== null) {
    for (const { berth } of hosts) if (await isIdle(berth)) await retireContained(berth);
    return;
  }
  const agent = await connectAgent({ stateDirectory: context.stateDirectory });
  if (agent === null) return;
  const ending = await closing(agent, async () => {
    const { apps, pid } = await agent.request({ type: 'status' });
    if (apps.some(({ releases, rollout, lock }) => releases.length > 0 || rollout !== null || lock !== null)) return [];
    // Its supervisor leads the group that it runs in.
    const group = processTable.find(pid)?.group ?? pid;
    const processes = [identify(pid), identify(group)].filter((identity) => identity !== null);
    // Refused when somebody came meanwhile: then it is not ours to end.
    return await agent.request({ type: 'shutdown' }).then(
      () => processes,
      () => [],
    );
  });
  const clock = nodeClock();
  const deadline = clock.monotonicMs() + agentEndMs;
  while (ending.some(isAlive) && clock.monotonicMs() < deadline) await clock.sleep(10);
}

const agentEndMs = 5_000;

async function isIdle(berth: Host['berth']): Promise<boolean> {
  const agent = await connectContained(berth);
  if (agent === null) return false;
  return await closing(agent, async () => {
    const { apps } = await agent.request({ type: 'status' });
    return apps.every(({ releases, rollout, lock }) => releases.length === 0 && rollout === null && lock === null);
  });
}

async function hasJournal(stateDirectory: string): Promise<boolean> {
  const files = nodeFiles();
  const root = join(stateDirectory, 'apps');
  for (const app of await files.list(root)) {
    for (const environment of await files.list(join(root, app))) {
      if (await files.exists(join(root, app, environment, 'journal.jsonl'))) return true;
    }
  }
  return false;
}

async function startedAgent(context: CommandContext, ports: { readonly daemons: Daemons }): Promise<AgentConnection> {
  const { stateDirectory } = context;
  return await ensureAgent({ stateDirectory, program: agentProgram(context), protocol: protocolVersion }, ports);
}

/** Do something under the lock of the environment; the agent is started when none runs. */
export async function underLock<T>(
  project: Project,
  run: (agent: AgentConnection, lock: HeldLock) => Promise<T>,
): Promise<T> {
  const { context, world, scope, config } = project;
  const hosts = hostsOf(project);
  const agent = hosts === null ? await startedAgent(context, world) : await ensureHosts(hosts, context);
  return await closing(agent, async () => {
    const lock = await takeLock(scope, owner(project, hosts !== null), config.deploy.lease, {
      agent,
      clock: world.clock,
    });
    try {
      return await run(agent, lock);
    } finally {
      await lock.release();
    }
  });
}

async function ensureHosts(hosts: readonly Host[], context: CommandContext): Promise<AgentConnection> {
  const program = containedProgram(context);
  const found: FleetHost[] = [];
  try {
    for (const { name, port, berth } of hosts) {
      found.push({ name, port, agent: await ensureContained(berth, program, protocolVersion) });
    }
  } catch (error) {
    for (const { agent } of found) await agent.close();
    throw error;
  }
  const [first] = found;
  return first !== undefined && found.length === 1 ? first.agent : fleetOf(found);
}

/** An agent elsewhere, or in a container, cannot tell by its process whether we live. */
function owner({ context, world }: Project, isElsewhere: boolean): RunOwner {
  const { env } = context;
  const job = env['GITHUB_RUN_ID'];
  const who =
    job === undefined
      ? `${env['USER'] ?? env['LOGNAME'] ?? 'somebody'}@${env['HOSTNAME'] ?? 'this host'}`
      : `GitHub run ${job}`;
  return { runId: context.runId, who, command: context.command, process: isElsewhere ? null : world.self };
}

async function closing<T>(agent: AgentConnection, run: (agent: AgentConnection) => Promise<T>): Promise<T> {
  try {
    return await run(agent);
  } finally {
    await agent.close();
  }
}

/** What the agent knows of one environment; null when it knows nothing. */
export async function statusOf(agent: AgentConnection, scope: Scope) {
  const { apps } = await agent.request({ type: 'status', ...scope });
  return apps.find((app) => app.app === scope.app && app.environment === scope.environment) ?? null;
}
