import { connectAgent, ensureAgent } from '../../adapters/agent/client.ts';
import { protocolVersion, type RunOwner, type Scope } from '../../domain/rollout/messages.ts';
import type { AgentConnection } from '../../ports.ts';
import { type HeldLock, takeLock } from '../../stages/lock.ts';
import type { CommandContext } from './command.ts';
import type { Project } from './project.ts';
import { agentProgram } from './world.ts';

/** Ask the agent that runs; null when none does. Starts nothing. */
export async function existingAgent<T>(
  context: Pick<CommandContext, 'stateDirectory'>,
  ask: (agent: AgentConnection) => Promise<T>,
): Promise<T | null> {
  const agent = await connectAgent({ stateDirectory: context.stateDirectory });
  if (agent === null) return null;
  return await closing(agent, ask);
}

/** Do something under the lock of the environment; the agent is started when none runs. */
export async function underLock<T>(
  project: Project,
  run: (agent: AgentConnection, lock: HeldLock) => Promise<T>,
): Promise<T> {
  const { context, world, scope, config } = project;
  const agent = await ensureAgent(
    { stateDirectory: context.stateDirectory, program: agentProgram(context), protocol: protocolVersion },
    world,
  );
  return await closing(agent, async () => {
    const lock = await takeLock(scope, owner(project), config.deploy.lease, { agent, clock: world.clock });
    try {
      return await run(agent, lock);
    } finally {
      await lock.release();
    }
  });
}

function owner({ context, world }: Project): RunOwner {
  const { env } = context;
  const job = env['GITHUB_RUN_ID'];
  const who =
    job === undefined
      ? `${env['USER'] ?? env['LOGNAME'] ?? 'somebody'}@${env['HOSTNAME'] ?? 'this host'}`
      : `GitHub run ${job}`;
  return { runId: context.runId, who, command: context.command, process: world.self };
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
