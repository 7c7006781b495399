import { createHmac, randomBytes } from 'node:crypto';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { insideEngine, insideProxies } from '../adapters/agent/container-place.ts';
import { custodyOf, keepSupervised } from '../adapters/agent/custody.ts';
import { takeGuard } from '../adapters/agent/guard.ts';
import { agentHouse } from '../adapters/agent/house.ts';
import { isListening } from '../adapters/agent/link.ts';
import { agentPlace, makePlace } from '../adapters/agent/place.ts';
import { serveAgent } from '../adapters/agent/server.ts';
import type { AgentServer } from '../adapters/agent/server.ts';
import { anotherRuns, cannotBegin } from '../adapters/agent/supervisor.ts';
import { dockerContainers } from '../adapters/docker/containers.ts';
import { haproxyRuntime } from '../adapters/haproxy/runtime.ts';
import { nginxRuntime } from '../adapters/nginx/runtime.ts';
import { nodeClock } from '../adapters/node/clock.ts';
import { nodeDaemons } from '../adapters/node/daemons.ts';
import { nodeExec } from '../adapters/node/exec.ts';
import { hostFacts } from '../adapters/node/host-facts.ts';
import { nodeFiles } from '../adapters/node/files.ts';
import { nodeHttp } from '../adapters/node/http.ts';
import { nodeOrphans } from '../adapters/node/orphans.ts';
import { nodePorts } from '../adapters/node/ports.ts';
import { nodeSockets } from '../adapters/node/sockets.ts';
import { identify, isAlive } from '../adapters/node/process-table.ts';
import { socketControl } from '../adapters/proxy/control-client.ts';
import { createAgent } from '../agent/agent.ts';
import type { AgentWorld } from '../agent/world.ts';
import { runChecks } from '../checks/run.ts';
import { createMask } from '../domain/secrets/mask.ts';
import { metricSources } from '../metrics/index.ts';
import { protocolVersion } from '../domain/rollout/messages.ts';
import type { OpenContainers, ProcessIdentity } from '../ports.ts';
import { proxies } from '../proxies/index.ts';
import { baseEnvironment } from '../targets/base-environment.ts';
import { targets } from '../targets/index.ts';

/** The agent of one state directory: the only writer of what runs there. Started by its supervisor. */

process.umask(0o077);

const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    digest: { type: 'string', default: 'source' },
    'agent-version': { type: 'string', default: '0.0.0' },
    'idle-ms': { type: 'string', default: '60000' },
    supervisor: { type: 'string', default: 'null' },
    /** In a container of its own, whom the engine starts again. */
    contained: { type: 'boolean', default: false },
  },
});
if (values.state === undefined) throw new Error('usage: agent --state DIRECTORY');

const guardWaitMs = 10_000;
const idlePollMs = 1_000;
const log = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

process.on('uncaughtException', (error) => {
  log(`crashed: ${error.stack ?? error.message}`);
  process.exit(70);
});

const place = agentPlace(values.state);
await makePlace(place);
const guard = await takeGuard(place.guardPath, guardWaitMs, () => isListening(place.socketPath));
if (guard === null) {
  log('another agent runs for this state directory');
  process.exit(anotherRuns);
}

const files = nodeFiles();
const clock = nodeClock();
const exec = nodeExec({ env: process.env, mask: createMask(), orphans: nodeOrphans(place.stateDirectory) });
const http = nodeHttp();
const ports = nodePorts();
const sockets = nodeSockets();
const daemons = nodeDaemons();
const open = dockerContainers(process.env);
/** From in here there is one engine: that of our own host, by whatever address clients know it. */
const containers: OpenContainers = values.contained ? () => open(`unix://${insideEngine}`) : open;
const house = agentHouse(values.contained, containers);
const control = socketControl();
const haproxy = haproxyRuntime(process.env['PATH'] ?? '');
const nginx = nginxRuntime(process.env['PATH'] ?? '');
const bundle = dirname(fileURLToPath(import.meta.url));
const environment = baseEnvironment(process.env, dirname(process.execPath));
if (!(await files.exists(place.keyPath)))
  await files.writeAtomic(place.keyPath, randomBytes(32).toString('hex'), 0o600);
const key = await files.readText(place.keyPath);

const world: AgentWorld = {
  clock,
  files,
  http,
  ports,
  isAlive: (identity) => daemons.isAlive(identity),
  fingerprint: (text) => createHmac('sha256', key).update(text).digest('hex'),
  host: async () => await hostFacts(place.stateDirectory),
  newId: () => randomBytes(8).toString('hex'),
  log,
  stateDirectory: place.stateDirectory,
  program: {
    version: values['agent-version'],
    digest: values.digest,
    protocol: protocolVersion,
    pid: process.pid,
    startedAt: new Date().toISOString(),
  },
  plugins: {
    metric: async (spec, { app, environment, release }) => {
      const source = metricSources.find(({ type }) => type === spec.type);
      if (source === undefined) throw new Error(`there is no metric source of type "${spec.type}" here`);
      const subject = { app, environment, releaseId: release.id, version: release.version };
      return await source.read(spec as never, subject, { http, exec });
    },
    target(spec) {
      const plugin = targets.find(({ type }) => type === spec.type);
      if (plugin === undefined) throw new Error(`there is no target of type "${spec.type}" here`);
      return plugin.create(spec as never, {
        files,
        daemons,
        http,
        ports,
        clock,
        containers,
        environment,
        hostPath: house.hostPath,
      });
    },
    proxy(spec, directory, secret) {
      const plugin = proxies.find(({ type }) => type === spec.type);
      if (plugin === undefined) throw new Error(`there is no proxy of type "${spec.type}" here`);
      const runDirectory = values.contained ? insideProxies : place.directory;
      const runtime = { node: process.execPath, bundle };
      const context = { directory, runDirectory, runtime, secret, isContained: values.contained };
      const { engine } = house;
      return plugin.create(spec as never, context, { files, daemons, ports, clock, control, haproxy, nginx, engine });
    },
    smoke: async (specs, baseUrl, deadlineMs, signal) =>
      await runChecks(specs, { baseUrl }, { deadlineMs, signal }, { http, clock, sockets }),
  },
};

const agent = createAgent(world);
const server = await begin().catch((error: Error) => {
  log(`cannot begin: ${error.stack ?? error.message}`);
  process.exit(cannotBegin);
});
log(`agent ${values['agent-version']} (${values.digest}) serves as process ${process.pid}`);

const leaving = new AbortController();
const custody = custodyOf(place.directory);
const supervisor = JSON.parse(values.supervisor) as ProcessIdentity | null;
if (supervisor !== null) void keepSupervised(custody, supervisor, startSupervisor, isAlive, leaving.signal);

const told = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
});

/** Ours was killed: another one takes over, so that whatever kills us next is no end either. */
async function startSupervisor(): Promise<ProcessIdentity> {
  log('the supervisor is gone: another one is started');
  const own = fileURLToPath(import.meta.url);
  const options = { ...values, supervisor: undefined, adopt: JSON.stringify(identify(process.pid)) };
  const flags = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return await daemons.start({
    argv: [process.execPath, join(bundle, `supervisor${extname(own)}`), ...flags],
    cwd: place.stateDirectory,
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    logFile: place.logFile,
  });
}

async function begin(): Promise<AgentServer> {
  await agent.begin();
  return await serveAgent(place.socketPath, (...asked) => agent.answer(...asked));
}

/** Resolves after a while without anything to keep up and anybody to talk to. */
async function idle(): Promise<void> {
  const idleMs = Number(values['idle-ms']);
  for (let since = clock.monotonicMs(); clock.monotonicMs() - since < idleMs;) {
    await clock.sleep(Math.min(idlePollMs, idleMs));
    if (values.contained || !agent.isIdle() || server.connections() > 0) since = clock.monotonicMs();
  }
}

await Promise.race([told, agent.stopping, idle()]);
leaving.abort();
await custody.clear();
server.stopListening();
await agent.leave();
await server.close();
guard.release();
log('agent ended');
process.exit(0);
