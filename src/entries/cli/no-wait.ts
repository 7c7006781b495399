import { ConfigError } from '../../errors.ts';
import type { RolloutEnd } from '../../domain/rollout/messages.ts';
import type { CommandResult } from './command.ts';
import type { Project } from './project.ts';

/** The project as the command line wants it: `--no-wait` goes before what the configuration says. */
export function waiting(project: Project): Project {
  const { context, config } = project;
  if (context.flags['no-wait'] !== true) return project;
  const { target } = config;
  if (target?.type === 'docker' && target.hosts !== undefined) {
    throw new ConfigError('HOSTS_NEED_US', 'several hosts are led by the command: it waits for them', {
      problems: [{ path: '--no-wait', message: 'is not for several hosts' }],
    });
  }
  return { ...project, config: { ...config, deploy: { ...config.deploy, wait: false } } };
}

/** The end of a command that left its rollout to the agent. */
export function handedOver(result: Readonly<Record<string, unknown>>, { code, message }: RolloutEnd): CommandResult {
  const summary = [message, 'its outcome: "fairway follow"; back at once: "fairway abort"'];
  return { outcome: 'running', code, result, summary };
}
