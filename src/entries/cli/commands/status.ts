import { labelOf } from '../../../domain/migration/migration.ts';
import type { AppStatus } from '../../../domain/rollout/messages.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** What serves, what is under way, who holds the lock: the agent's word, and "nothing" when none runs. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const status = await existingAgent(context, (agent) => statusOf(agent, scope));
  if (status === null) {
    return {
      outcome: 'ok',
      code: 'NOTHING_RUNS',
      result: { ...scope, stable: null, rollout: null, lock: null, releases: [] },
      summary: [`${scope.app}/${scope.environment}: nothing runs here`],
    };
  }
  return {
    outcome: 'ok',
    code: 'STATUS',
    result: {
      ...scope,
      url: status.url,
      stable: status.stable && {
        version: status.stable.version,
        commit: status.stable.commit,
        artifact: status.stable.artifact,
      },
      rollout: status.rollout,
      lock: status.lock,
      noReturns: status.noReturns ?? [],
      ...(status.hosts === undefined ? {} : { hosts: status.hosts }),
      processes: status.processes ?? [],
      watch: status.watch ?? null,
      isClosed: status.isClosed === true,
      releases: status.releases.map(({ spec: _, ...release }) => release),
    },
    summary: lines(status),
  };
};

function lines(status: AppStatus): readonly string[] {
  const { stable, rollout, lock } = status;
  const serves = stable === null ? 'no release serves' : `${stable.version} serves since ${stable.since}`;
  const said = [`${status.app}/${status.environment}: ${serves}${status.url === null ? '' : ` at ${status.url}`}`];
  if (stable !== null && !stable.published)
    said.push(`${stable.version} is not published yet: "fairway resume" finishes it`);
  if (status.isClosed === true) said.push('users see the maintenance page');
  for (const { version, name, kind, isRunning } of status.processes ?? []) {
    const runs = isRunning === null ? 'nobody can tell whether it runs' : isRunning ? 'runs' : 'does not run';
    said.push(`${version} ${name} (${kind}): ${runs}`);
  }
  if (status.watch != null && status.watch.end === null)
    said.push(`${status.watch.version} is watched until ${status.watch.until}: fairway watch`);
  if (rollout !== null) {
    said.push(
      `rollout of ${rollout.release.version}: ${rollout.phase}, ${rollout.weightPercent} % of the traffic, ${rollout.errors} of ${rollout.requests} requests failed`,
    );
    if (rollout.pausedSince != null)
      said.push(`paused since ${rollout.pausedSince}: "fairway promote" goes on, "fairway abort" returns to stable`);
  }
  if (lock !== null) {
    said.push(
      `locked by ${lock.owner.who} (${lock.owner.command}) since ${lock.since}${lock.connected ? '' : ', whose client is gone'}`,
    );
  }
  if (stable?.bakedAt === null && stable.bakesUntil != null && (stable.spec.contracts ?? []).length > 0)
    said.push(`${stable.version} bakes until ${stable.bakesUntil}; contract steps wait for that`);
  for (const { at, who, steps, releases } of status.noReturns ?? []) {
    const lost = releases.length === 0 ? '' : `: no way back to ${releases.join(', ')}`;
    said.push(`point of no return at ${at} by ${who}: ${steps.map(labelOf).join(', ')}${lost}`);
  }
  const hosts = status.hosts ?? [];
  if (new Set(hosts.map(({ artifact }) => artifact)).size > 1) {
    said.push(
      `the hosts differ: ${hosts.map(({ name, version }) => `${name} serves ${version ?? 'nothing'}`).join(', ')}`,
    );
  }
  for (const release of status.releases) {
    if (release.id !== stable?.id)
      said.push(`${release.state}: ${release.version} (${release.commit.slice(0, 7)}) since ${release.since}`);
  }
  return said;
}
