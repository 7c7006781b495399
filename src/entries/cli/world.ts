import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentProgram } from '../../adapters/agent/runtime.ts';
import { daggerPipelines } from '../../adapters/dagger/pipelines.ts';
import { dockerContainers } from '../../adapters/docker/containers.ts';
import { nodeImageArchives } from '../../adapters/image/normalise.ts';
import { nodeClock } from '../../adapters/node/clock.ts';
import { nodeDaemons } from '../../adapters/node/daemons.ts';
import { nodeExec } from '../../adapters/node/exec.ts';
import { nodeFiles } from '../../adapters/node/files.ts';
import { nodeHttp } from '../../adapters/node/http.ts';
import { nodeOrphans, sweepOrphans } from '../../adapters/node/orphans.ts';
import { nodePorts } from '../../adapters/node/ports.ts';
import { nodeSockets } from '../../adapters/node/sockets.ts';
import { identify } from '../../adapters/node/process-table.ts';
import { nodeSecrets } from '../../adapters/node/secrets.ts';
import { fetchedPostgres } from '../../adapters/sql/fetched-postgres.ts';
import { serverHost } from '../../adapters/sql/server-host.ts';
import { sql } from '../../adapters/sql/index.ts';
import { createMask } from '../../domain/secrets/mask.ts';
import { EnvironmentError } from '../../errors.ts';
import { baseEnvironment } from '../../targets/base-environment.ts';
import type { CommandContext } from './command.ts';

/** Every effect that a command may use, put together once. */
export type World = ReturnType<typeof openWorld>;

export function openWorld(context: CommandContext, projectDirectory: string) {
  const mask = createMask();
  const register = (secret: string): void => {
    mask.register(secret);
    context.conceal(secret);
  };
  const orphans = nodeOrphans(context.stateDirectory);
  const self = identify(process.pid) ?? { pid: process.pid, startedAt: '0', bootId: '0' };
  const exec = nodeExec({ env: context.env, mask, orphans });
  return {
    clock: nodeClock(),
    files: nodeFiles(),
    daemons: nodeDaemons(),
    exec,
    http: nodeHttp(),
    ports: nodePorts(),
    sockets: nodeSockets(),
    containers: dockerContainers(context.env),
    archives: nodeImageArchives(),
    pipelines: daggerPipelines({ env: context.env, mask, entry: daggerProgram() }),
    sql,
    host: serverHost(self, {
      fetch: async (platform) =>
        await fetchedPostgres({
          platform,
          shelf: join(context.cacheDirectory, 'postgres', 'packages'),
          exec,
          env: context.env,
          say: (text) => context.reporter.report({ type: 'note', stage: context.command, text }),
          signal: context.signal,
        }),
    }),
    secrets: nodeSecrets({ env: context.env, directory: projectDirectory, mask: { register } }),
    conceal: register,
    random: (bytes: number) => randomBytes(bytes).toString('hex'),
    environment: baseEnvironment(context.env, dirname(process.execPath)),
    reporter: context.reporter,
    signal: context.signal,
    orphans,
    self,
  };
}

/** End what a killed client left behind on this host; a warning for each. */
export async function sweep(context: CommandContext): Promise<void> {
  for (const { program, pid } of await sweepOrphans(context.stateDirectory)) {
    context.reporter.report({
      type: 'warning',
      text: `ended ${program} (process ${pid}), left behind by a command that was killed`,
    });
  }
}

/** What holds the Dagger SDK: beside our own bundle, or, in a checkout, from its source. */
function daggerProgram(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = join(here, 'dagger.js');
  return existsSync(bundled) ? bundled : join(here, '..', 'dagger.ts');
}

/** What the agent is started from: beside our own bundle, or, in a checkout, from its source. */
export function agentProgram(context: CommandContext): AgentProgram {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = join(here, 'supervisor.js');
  return {
    version: context.version,
    node: process.execPath,
    entry: existsSync(bundled) ? bundled : join(here, '..', 'supervisor.ts'),
    environment: baseEnvironment(context.env, dirname(process.execPath)),
  };
}

/** What an agent in a container is made of: always a bundle; in a checkout that of its last build. */
export function containedProgram(context: CommandContext): AgentProgram {
  const program = agentProgram(context);
  if (program.entry.endsWith('.js')) return program;
  const entry = join(dirname(program.entry), '../../dist/supervisor.js');
  if (existsSync(entry)) return { ...program, entry };
  throw new EnvironmentError(
    'BUNDLE_MISSING',
    'an agent in a container is made of the built bundle, and there is none',
    {
      hint: 'npm run build, or "agent: process" in the target.',
    },
  );
}
