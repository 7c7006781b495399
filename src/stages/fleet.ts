import type { AgentStatus, Answers, AppStatus, Request, Scope } from '../domain/rollout/messages.ts';
import { EnvironmentError, FairwayError, InternalError } from '../errors.ts';
import type { AgentConnection } from '../ports.ts';
import { followTogether, type Participant } from './fleet/follow.ts';

/** A host of an environment and the agent on it. */
export interface FleetHost {
  readonly name: string;
  readonly agent: AgentConnection;
  /** Where users reach this one; null: as the plan says. */
  readonly port?: number | null;
}

/**
 * Several agents as one: what is asked is asked of each, and a rollout is led through all of them together.
 *
 * The first host decides: its lock is taken first, its journal says whether a rollout was committed, and its answers
 * are those that are handed on.
 */
export function fleetOf(hosts: readonly FleetHost[]): AgentConnection {
  const [first] = hosts;
  if (first === undefined) throw new InternalError('NO_HOST', 'a fleet has at least one host');
  /** Who takes part in a rollout, by the id that the first of them gave it. */
  const rollouts = new Map<string, readonly Participant[]>();

  const each = async <R extends Request>(request: R): Promise<readonly Answers[R['type']][]> =>
    await Promise.all(hosts.map(async (host) => await onHost(host, request)));

  const lock = async (request: Extract<Request, { type: 'lock' }>): Promise<Answers['lock']> => {
    const taken: FleetHost[] = [];
    const answers: Answers['lock'][] = [];
    try {
      for (const host of hosts) {
        answers.push(await onHost(host, request));
        taken.push(host);
      }
    } catch (error) {
      const { app, environment, owner } = request;
      for (const { agent } of taken) {
        await agent.request({ type: 'unlock', app, environment, runId: owner.runId }).catch(() => undefined);
      }
      throw error;
    }
    return firstOf(answers);
  };

  /** Begin on each host; one that already has what is to be deployed needs nothing. */
  const begin = async (
    request: Extract<Request, { type: 'deploy' | 'rollback' }>,
  ): Promise<Answers['deploy'] | Answers['rollback']> => {
    const begun: Participant[] = [];
    const answers: (Answers['deploy'] | Answers['rollback'])[] = [];
    const scope = request.type === 'deploy' ? request.plan : request;
    try {
      for (const host of hosts) {
        const answer = await onHost(host, askedOf(host, request)).catch((error: unknown) => {
          if (error instanceof FairwayError && error.code === 'RELEASE_IS_STABLE') return null;
          throw error;
        });
        if (answer === null) continue;
        answers.push(answer);
        begun.push({ ...host, rolloutId: answer.rolloutId });
      }
    } catch (error) {
      const { app, environment } = scope;
      for (const { agent } of begun) await agent.request({ type: 'abort', app, environment }).catch(() => undefined);
      throw error;
    }
    const answer = firstOf(answers);
    rollouts.set(answer.rolloutId, begun);
    return answer;
  };

  const resume = async (request: Extract<Request, { type: 'resume' }>): Promise<Answers['resume']> => {
    const found: Participant[] = [];
    for (const host of hosts) {
      const answer = await onHost(host, request).catch((error: unknown) => {
        if (error instanceof FairwayError && error.code === 'NOTHING_TO_RESUME') return null;
        throw error;
      });
      if (answer !== null) found.push({ ...host, rolloutId: answer.rolloutId });
    }
    const [one] = found;
    if (one === undefined) return await onHost(first, request);
    rollouts.set(one.rolloutId, found);
    return { rolloutId: one.rolloutId };
  };

  const ask = async (request: Request): Promise<unknown> => {
    switch (request.type) {
      case 'lock':
        return await lock(request);
      case 'deploy':
      case 'rollback':
        return await begin(request);
      case 'resume':
        return await resume(request);
      case 'abort': {
        const answers = await each(request);
        const ids = answers.flatMap(({ rolloutId }, i) => {
          const host = hosts[i];
          return rolloutId === null || host === undefined ? [] : [{ ...host, rolloutId }];
        });
        const [one] = ids;
        if (one !== undefined && !rollouts.has(one.rolloutId)) rollouts.set(one.rolloutId, ids);
        return { rolloutId: one?.rolloutId ?? null };
      }
      case 'status':
        return together(await each(request), hosts);
      case 'host':
        return worst(await each(request));
      case 'hello':
      case 'history':
      case 'logs':
      case 'follow':
      case 'attend':
      case 'pass':
        return await onHost(first, request);
      case 'down': {
        const all = await each(request);
        return { releases: [...new Set(all.flatMap(({ releases }) => releases))] };
      }
      case 'proof':
        return proven(await each(request), hosts);
      default:
        return firstOf(await each(request));
    }
  };

  return {
    request: async <R extends Request>(request: R) => (await ask(request)) as Answers[R['type']],
    async follow(scope: Scope, rolloutId: string, onRecord, signal) {
      const known = rollouts.get(rolloutId) ?? hosts.map((host) => ({ ...host, rolloutId }));
      return await followTogether(known, scope, onRecord, signal);
    },
    close: async () => void (await Promise.all(hosts.map(async ({ agent }) => await agent.close()))),
  };
}

/** The plan as one host gets it. */
function askedOf<R extends Extract<Request, { type: 'deploy' | 'rollback' }>>({ port }: FleetHost, request: R): R {
  if (request.type !== 'deploy') return request;
  const { plan } = request;
  const proxy = port == null ? plan.proxy : { ...plan.proxy, port };
  return { ...request, plan: { ...plan, proxy, isOneOfSeveral: true } };
}

/** A refusal says which host it comes from. */
async function onHost<R extends Request>({ name, agent }: FleetHost, request: R): Promise<Answers[R['type']]> {
  try {
    return await agent.request(request);
  } catch (error) {
    if (error instanceof FairwayError && error.code !== 'RELEASE_IS_STABLE' && error.code !== 'NOTHING_TO_RESUME') {
      error.message = `${name}: ${error.message}`;
    }
    throw error;
  }
}

function firstOf<T>(answers: readonly T[]): T {
  const [answer] = answers;
  if (answer === undefined) {
    throw new EnvironmentError('RELEASE_IS_STABLE', 'the release serves on every host already', {
      hint: 'There is nothing to deploy.',
    });
  }
  return answer;
}

/**
 * What stands, as the first host tells it. Where hosts serve different releases, the one that is told is not the first
 * host's: so that the next delivery does not take it for done.
 */
function together(all: readonly AgentStatus[], hosts: readonly FleetHost[]): AgentStatus {
  const status = firstOf(all);
  const apps = status.apps.map((app): AppStatus => {
    const views = all.map(({ apps: others }) =>
      others.find((other) => other.app === app.app && other.environment === app.environment),
    );
    const other = views.find((view) => (view?.stable?.artifact ?? null) !== (app.stable?.artifact ?? null));
    const isUneven = views.some((view) => (view?.stable?.artifact ?? null) !== (app.stable?.artifact ?? null));
    return {
      ...app,
      stable: isUneven ? (other?.stable ?? null) : app.stable,
      rollout: views.find((view) => view?.rollout != null)?.rollout ?? null,
      hosts: views.map((view, i) => ({
        name: hosts[i]?.name ?? '',
        version: view?.stable?.version ?? null,
        artifact: view?.stable?.artifact ?? null,
      })),
    };
  });
  return { ...status, apps };
}

/** The host with the least of each, and the clock that is farthest from the others. */
function worst(all: readonly Answers['host'][]): Answers['host'] {
  const least = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  const times = all.map(({ now }) => Date.parse(now)).toSorted((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)] ?? 0;
  const farthest = times.toSorted((a, b) => Math.abs(b - middle) - Math.abs(a - middle))[0] ?? middle;
  return {
    now: new Date(farthest).toISOString(),
    freeDiskBytes: least(all.map(({ freeDiskBytes }) => freeDiskBytes)),
    availableMemoryBytes: least(all.map(({ availableMemoryBytes }) => availableMemoryBytes)),
  };
}

function proven(all: readonly Answers['proof'][], hosts: readonly FleetHost[]): Answers['proof'] {
  const artifacts = all.flatMap((proof, i) =>
    Object.entries(proof.artifacts).map(([process, artifact]) => [`${hosts[i]?.name ?? ''}: ${process}`, artifact]),
  );
  return { stableId: firstOf(all).stableId, artifacts: Object.fromEntries(artifacts) as Record<string, string | null> };
}
