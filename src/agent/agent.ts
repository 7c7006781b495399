import type { AgentStatus, Answers, Hello, Request, RolloutRecord, Scope } from '../domain/rollout/messages.ts';
import { EnvironmentError } from '../errors.ts';
import { adopt } from './adopt.ts';
import { down } from './down.ts';
import { createEntries } from './entry.ts';
import type { Entry } from './entry.ts';
import { pause, promote } from './gate.ts';
import { historyOf } from './history.ts';
import { pass, proof } from './hosts.ts';
import { assertHeld, isConnected, releaseLock, takeLock, takeLockAway } from './locking.ts';
import { maintain } from './maintain.ts';
import { passNoReturn } from './no-return.ts';
import { abort, deploy, nothingToResume, published, resume, rollback } from './operations.ts';
import { processesOf } from './processes.ts';
import { readRequest } from './requests.ts';
import { logsOf, statusOf } from './views.ts';
import { beginWatch } from './watch-begin.ts';
import type { AgentWorld } from './world.ts';

/** The other end of one request. */
export interface Conversation {
  readonly emit: (record: RolloutRecord) => void;
  /** Aborts when nobody listens any more. */
  readonly signal: AbortSignal;
}

export interface Agent {
  /** Take up what an agent before this one left. */
  begin(): Promise<void>;
  /** Throws a FairwayError for what is refused. */
  answer(requestId: string, request: unknown, conversation: Conversation): Promise<unknown>;
  /** Nothing runs, nothing is locked, nothing is to be kept up: it may end. */
  readonly isIdle: () => boolean;
  /** Resolves when it was asked to end and may. */
  readonly stopping: Promise<void>;
  /** Let go of everything; what runs goes on running. */
  leave(): Promise<void>;
}

/** The agent of this host; see docs/architecture.md for what it promises. */
export function createAgent(world: AgentWorld): Agent {
  const entries = createEntries(world);
  const stopping = Promise.withResolvers<void>();

  const isBusy = (): boolean =>
    entries.all().some(({ app, runner }) => {
      const { lock } = app.journal.ledger();
      return runner.isRunning() || (lock !== null && isConnected(lock, app, world));
    });

  const status = async (scope: Partial<Scope>): Promise<AgentStatus> => {
    const { version, protocol, pid, startedAt } = world.program;
    if (scope.app !== undefined && scope.environment !== undefined) {
      await entries.find({ app: scope.app, environment: scope.environment });
    }
    const wanted = entries
      .all()
      .map(({ app }) => app)
      .filter((app) => (scope.app ?? app.scope.app) === app.scope.app)
      .filter((app) => (scope.environment ?? app.scope.environment) === app.scope.environment);
    const apps = wanted.map(async (app) => ({ ...statusOf(app, world), processes: await processesOf(app, world) }));
    return { version, protocol, pid, startedAt, apps: await Promise.all(apps) };
  };

  const hello = (): Hello => {
    const { version, protocol, pid, digest } = world.program;
    return { protocol, version, digest, pid, busy: isBusy() };
  };

  const follow = async (
    { app }: Entry,
    request: Extract<Request, { type: 'follow' }>,
    { emit, signal }: Conversation,
  ): Promise<Answers['follow'] | null> => {
    const { rollout } = app.journal.ledger();
    if (rollout?.plan.rolloutId !== request.rolloutId) throw noSuchRollout(request.rolloutId);
    app.lease.heard();
    return await app.feed.follow(request.rolloutId, request.afterSeq, emit, signal);
  };

  const shutdown = async (): Promise<Answers['shutdown']> => {
    if (isBusy()) {
      throw new EnvironmentError('AGENT_BUSY', 'a rollout is under way or a lock is held', {
        hint: 'Wait for its end; fairway status shows it.',
      });
    }
    stopping.resolve();
    return { stopping: true };
  };

  const answerApp = async (
    requestId: string,
    request: Exclude<Request, { type: 'hello' | 'status' | 'host' | 'shutdown' }>,
    conversation: Conversation,
  ): Promise<unknown> => {
    const scope = request.type === 'deploy' || request.type === 'adopt' ? request.plan : request;
    if (request.type === 'history') {
      const known = await entries.find(scopeOf(request));
      const noReturns = known?.app.journal.ledger().noReturns ?? [];
      return {
        entries: await historyOf(scopeOf(request), request.limit, world),
        noReturns,
      } satisfies Answers['history'];
    }
    const makes = ['lock', 'deploy', 'rollback', 'adopt'].includes(request.type);
    const entry = makes ? await entries.open(scopeOf(scope)) : await entries.find(scopeOf(scope));
    if (entry === null) return nothingThere(request, scopeOf(scope));
    const { app, runner } = entry;
    switch (request.type) {
      case 'lock':
        return await app.exclusive(() => takeLock(app, runner, request, world));
      case 'renew': {
        const { leaseMs } = assertHeld(app, request.runId);
        app.lease.heard();
        await app.lease.remember(leaseMs);
        return { leaseMs } satisfies Answers['renew'];
      }
      case 'unlock':
        return await app.exclusive(async () => ({ released: await releaseLock(app, request.runId, 'unlocked') }));
      case 'deploy':
        return await app.exclusive(() => deploy(app, runner, requestId, request, world));
      case 'rollback':
        return await app.exclusive(() => rollback(app, runner, requestId, request, world));
      case 'follow':
        return await follow(entry, request, conversation);
      case 'attend': {
        const attended = app.journal.ledger().rollout?.plan.rolloutId === request.rolloutId;
        if (attended) app.lease.heard();
        return { attended } satisfies Answers['attend'];
      }
      case 'abort':
        return await app.exclusive(() => abort(app, runner));
      case 'resume':
        return await app.exclusive(() => resume(app, runner, request.unattendedMs));
      case 'pause':
        return await app.exclusive(() => pause(app));
      case 'promote':
        return await app.exclusive(() => promote(app, request.unattendedMs));
      case 'adopt':
        return await app.exclusive(() => adopt(app, request, world));
      case 'maintain':
        return await app.exclusive(() => maintain(app, request, world));
      case 'watch':
        return await app.exclusive(() => beginWatch(app, request.forMs, world));
      case 'pass':
        return await app.exclusive(() => pass(app, request));
      case 'proof':
        return await proof(app, world);
      case 'take-lock-away':
        return await app.exclusive(() => takeLockAway(app, request.force, world));
      case 'published':
        return await app.exclusive(() => published(app, request));
      case 'no-return':
        return await app.exclusive(() => passNoReturn(app, request, world));
      case 'logs':
        return await logsOf(app, request, world);
      case 'down':
        return await app.exclusive(async () => {
          const answer = await down(app, entry.leave, world);
          await entries.drop(entry);
          return answer;
        });
    }
  };

  return {
    begin: () => entries.openAll(),
    async answer(requestId, value, conversation) {
      const request = readRequest(value);
      if (request.type === 'hello') return hello();
      if (request.type === 'status') return await status(request);
      if (request.type === 'host') return await world.host();
      if (request.type === 'shutdown') return await shutdown();
      return await answerApp(requestId, request, conversation);
    },
    isIdle: () =>
      !isBusy() &&
      entries.all().every(({ app }) => {
        const { stableId, releases } = app.journal.ledger();
        return stableId === null && Object.values(releases).every(({ instances }) => instances.length === 0);
      }),
    stopping: stopping.promise,
    leave: () => entries.leaveAll(),
  };
}

function scopeOf({ app, environment }: Scope): Scope {
  return { app, environment };
}

/** The answer for an application that this host does not have. */
function nothingThere(request: Request, scope: Scope): unknown {
  switch (request.type) {
    case 'abort':
      return { rolloutId: null } satisfies Answers['abort'];
    case 'down':
      return { releases: [] } satisfies Answers['down'];
    case 'unlock':
      return { released: false } satisfies Answers['unlock'];
    case 'take-lock-away':
      return { owner: null, since: null } satisfies Answers['take-lock-away'];
    case 'attend':
      return { attended: false } satisfies Answers['attend'];
    case 'resume':
      throw nothingToResume(scope);
    case 'follow':
      throw noSuchRollout(request.rolloutId);
    default:
      throw new EnvironmentError('NOTHING_RUNS', `${scope.app}/${scope.environment}: nothing runs here`, {
        hint: 'Deploy it first: fairway deploy.',
      });
  }
}

function noSuchRollout(rolloutId: string): EnvironmentError {
  return new EnvironmentError('NO_SUCH_ROLLOUT', `the agent does not know rollout ${rolloutId}`, {
    hint: 'fairway status shows what stands.',
  });
}
