import type { z } from 'zod';
import type { Routing } from '../../domain/traffic/routing.ts';
import { chooseBackend, reroute, routingAfterRestart } from '../../domain/traffic/routing.ts';
import { rememberPath } from '../../domain/traffic/replay.ts';
import type { Tally } from '../../domain/traffic/tally.ts';
import { countEnd, emptyTally, p95Of, slowerThan } from '../../domain/traffic/tally.ts';
import type { Clock, Files, Route, Traffic, TrafficRules, TrafficServer } from '../../ports.ts';
import type { BackendStats } from '../proxy.ts';
import { proxyFiles } from './paths.ts';
import type { Answer, Hello, ProxySettings, Question } from './protocol.ts';
import { controlProtocol, envelopeSchema, stateSchema } from './protocol.ts';

export interface ProxyProcessOptions {
  readonly directory: string;
  readonly port: number;
  readonly build: string;
  readonly pid: number;
  readonly settings: ProxySettings;
}

export interface ProxyProcessPorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly traffic: Traffic;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface ProxyProcess {
  answer(question: unknown): Promise<Answer>;
  stop(graceMs: number): Promise<void>;
  /** Settles when it begins to end: from then on another may take its place. */
  readonly stopping: Promise<void>;
  /** Settles when nothing is in flight any more. */
  readonly stopped: Promise<void>;
}

/** How often a drain looks whether something is still in flight. */
const lookMs = 20;

/** The proxy's own process: serves by its routing, counts what it sees, and does what the control socket asks. */
export async function startProxyProcess(options: ProxyProcessOptions, ports: ProxyProcessPorts): Promise<ProxyProcess> {
  const stateFile = proxyFiles(options.directory).state;
  const tallies = new Map<string, Tally>();
  const stopping = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const remembered = await readState(stateFile, ports.files);
  let routing: Routing = routingAfterRestart(remembered.stable);
  let { page } = remembered;
  let recentPaths: readonly string[] = [];
  let settings = options.settings;
  let changes: Promise<unknown> = Promise.resolve();

  const tallyOf = (releaseId: string): Tally => {
    const tally = tallies.get(releaseId) ?? emptyTally();
    tallies.set(releaseId, tally);
    return tally;
  };
  const rules: TrafficRules = {
    route: () => chooseBackend(routing.backends, ports.random()),
    detour: (refused) => detourFrom(refused, routing),
    replayable: (path) => void (recentPaths = rememberPath(recentPaths, path)),
    began: ({ releaseId }) => void (tallyOf(releaseId).inFlight += 1),
    ended: ({ releaseId }, end) => countEnd(tallyOf(releaseId), end),
    get page() {
      return page;
    },
    get responseTimeoutMs() {
      return settings.responseTimeoutMs;
    },
    get releaseHeader() {
      return settings.releaseHeader;
    },
  };
  const server = await ports.traffic.serve(options.port, rules);

  /** One change after another; what a restart must know is on disk before the change is true. */
  async function change(question: Extract<Question, { type: 'add' | 'shift' | 'persist-stable' | 'remove' }>) {
    const rerouted = reroute(routing, question);
    if (rerouted.kind === 'refused') return { ok: false, code: rerouted.code, reason: rerouted.reason } as const;
    const { stable } = rerouted.routing;
    if (JSON.stringify(stable) !== JSON.stringify(routing.stable)) {
      await remember(stable);
    }
    routing = rerouted.routing;
    if (question.type === 'remove') server.closeIdle(question.releaseId);
    return { ok: true, value: null } as const;
  }

  async function remember(stable: Routing['stable']): Promise<void> {
    await ports.files.writeAtomic(stateFile, `${JSON.stringify({ stable, page })}\n`, 0o600);
  }

  async function maintain(wanted: string | null): Promise<Answer> {
    page = wanted;
    await remember(routing.stable);
    return { ok: true, value: null };
  }

  function hello(): Hello {
    const { build, pid, port, directory } = options;
    return { protocol: controlProtocol, build, pid, port, directory };
  }

  function stats(slowerThanMs: number | undefined): readonly BackendStats[] {
    return routing.backends.map(({ releaseId }) => {
      const tally = tallyOf(releaseId);
      const { requests, errors, inFlight } = tally;
      const slower = slowerThanMs === undefined ? {} : { slower: slowerThan(tally, slowerThanMs) };
      return { releaseId, requests, errors, inFlight, p95Ms: p95Of(tally), ...slower };
    });
  }

  async function stop(graceMs: number): Promise<void> {
    stopping.resolve();
    await server.stop(graceMs);
    stopped.resolve();
  }

  async function answer(asked: unknown): Promise<Answer> {
    const parsed = envelopeSchema.safeParse(asked);
    if (!parsed.success) return { ok: false, code: 'BAD_QUESTION', reason: parsed.error.message };
    const { directory, question } = parsed.data;
    if (question.type !== 'hello' && directory !== options.directory) {
      return { ok: false, code: 'OTHER_PROXY', reason: `this is the proxy of ${options.directory}` };
    }
    switch (question.type) {
      case 'hello':
        return { ok: true, value: hello() };
      case 'configure':
        settings = question.settings;
        return { ok: true, value: null };
      case 'recent-paths':
        return { ok: true, value: recentPaths };
      case 'stats':
        return { ok: true, value: stats(question.slowerThanMs) };
      case 'drain':
        return await drain(question.releaseId, question.timeoutMs, { routing: () => routing, tallyOf, server }, ports);
      case 'stop':
        void stop(question.graceMs);
        return { ok: true, value: null };
      default: {
        const changed = changes.then(
          async () => await (question.type === 'maintain' ? maintain(question.page) : change(question)),
        );
        changes = changed.catch(() => {});
        return await changed;
      }
    }
  }

  return { answer, stop, stopping: stopping.promise, stopped: stopped.promise };
}

/** A release that refuses connections must not cost users a page that the stable release can serve. */
function detourFrom(refused: Route, { stable, backends }: Routing): Route | null {
  if (stable === null || stable.releaseId === refused.releaseId) return null;
  return backends.find(({ releaseId }) => releaseId === stable.releaseId) ?? null;
}

interface Drained {
  readonly routing: () => Routing;
  readonly tallyOf: (releaseId: string) => Tally;
  readonly server: TrafficServer;
}

async function drain(releaseId: string, timeoutMs: number, proxy: Drained, ports: ProxyProcessPorts): Promise<Answer> {
  const backend = proxy.routing().backends.find((known) => known.releaseId === releaseId);
  if (backend !== undefined && backend.weight > 0) {
    return { ok: false, code: 'STILL_SERVING', reason: `${releaseId} still gets ${backend.weight} % of the traffic` };
  }
  const endsAt = ports.clock.monotonicMs() + timeoutMs;
  while (proxy.tallyOf(releaseId).inFlight > 0 && ports.clock.monotonicMs() < endsAt) await ports.clock.sleep(lookMs);
  const cut = proxy.server.cut(releaseId);
  proxy.server.closeIdle(releaseId);
  return { ok: true, value: { cut } };
}

/** Nothing is guessed from a state that cannot be read: then no release serves until one is added. */
async function readState(path: string, files: Files): Promise<z.output<typeof stateSchema>> {
  const nothing = { stable: null, page: null };
  if (!(await files.exists(path))) return nothing;
  try {
    return stateSchema.parse(JSON.parse(await files.readText(path)));
  } catch {
    return nothing;
  }
}
