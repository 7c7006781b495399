import { z } from 'zod';
import type { Routing, RoutingChange } from '../../domain/traffic/routing.ts';
import { reroute, routingAfterRestart } from '../../domain/traffic/routing.ts';
import { EnvironmentError, InternalError } from '../../errors.ts';
import type { ProcessIdentity } from '../../ports.ts';
import { portOwner } from '../embedded/port-owner.ts';
import type { ProxyPorts } from '../proxy.ts';
import type { NginxSettings } from './config.ts';
import { renderNginx } from './config.ts';

const lookMs = 20;
const startWithinMs = 10_000;
const reloadWithinMs = 10_000;

const backend = z.object({ releaseId: z.string(), address: z.string(), weight: z.number() });
const stateSchema = z.object({
  backends: z.array(backend),
  stable: backend.omit({ weight: true }).nullable(),
  configSha256: z.string(),
});
const identitySchema = z.object({ pid: z.number(), startedAt: z.string(), bootId: z.string() });

export interface NginxHost {
  readonly folder: string;
  readonly program: string;
  readonly settings: NginxSettings;
  readonly ports: ProxyPorts;
}

export async function running({ folder, ports }: NginxHost): Promise<ProcessIdentity | null> {
  const identity = await readJson(`${folder}/process.json`, identitySchema, ports);
  return identity !== null && ports.daemons.isAlive(identity) ? identity : null;
}

export async function routingOf(host: NginxHost): Promise<Routing> {
  const state = await readJson(`${host.folder}/state.json`, stateSchema, host.ports);
  return state ?? routingAfterRestart(null);
}

/** Start it with its stable release, or bring the settings of one that runs up to date. */
export async function ensureNginx(host: NginxHost): Promise<void> {
  const { folder, ports, settings, program } = host;
  const state = await readJson(`${folder}/state.json`, stateSchema, ports);
  const config = `${folder}/nginx.conf`;
  if (
    state !== null &&
    (await ports.files.exists(config)) &&
    (await ports.files.sha256(config)) !== state.configSha256
  ) {
    throw new EnvironmentError('PROXY_CONFIG_EDITED', `${config} was changed by somebody else`, {
      hint: `keep your change elsewhere, then remove the file: the next run writes it again (rm '${config}')`,
    });
  }
  const master = await running(host);
  if (master !== null) {
    if ((await written(state ?? routingAfterRestart(null), host)) !== state?.configSha256) await reload(master, host);
    return;
  }
  if (await ports.ports.isTaken(settings.port)) throw await taken(host);
  const path = await ports.nginx.locate(program);
  if (path === null) {
    throw new EnvironmentError('TOOL_MISSING', `${program} was not found on PATH nor where servers are installed`, {
      hint: 'install it (Debian: apt-get install nginx-light), or name it in proxy.program',
    });
  }
  await ports.files.makeDirectory(`${folder}/temporary`, 0o700);
  await ports.files.writeAtomic(`${folder}/access.log`, '', 0o600);
  await written(routingAfterRestart(state?.stable ?? null), host);
  const logFile = `${folder}/nginx.log`;
  const identityFile = `${folder}/process.json`;
  const argv = [path, '-p', folder, '-c', 'nginx.conf', '-e', 'error.log'] as const;
  const process = await ports.daemons.start({ argv, cwd: folder, env: {}, logFile, identityFile });
  const endsAt = ports.clock.monotonicMs() + startWithinMs;
  while ((await ports.nginx.workers(process.pid)).length === 0) {
    if (!ports.daemons.isAlive(process) || ports.clock.monotonicMs() > endsAt) {
      await ports.daemons.stop(process, 0);
      const said = `${await ports.files.readTail(logFile, 1_000)}${await ports.files.readTail(`${folder}/error.log`, 1_000)}`;
      throw new EnvironmentError(
        'PROXY_NOT_STARTED',
        `nginx did not start on port ${settings.port}; it said:\n${said.trim()}`,
      );
    }
    await ports.clock.sleep(lookMs);
  }
}

/** Apply one change: on disk first, then to nginx by a reload, unless what it serves stays the same. */
export async function changeRouting(wanted: RoutingChange, host: NginxHost): Promise<void> {
  const before = await readJson(`${host.folder}/state.json`, stateSchema, host.ports);
  const rerouted = reroute(before ?? routingAfterRestart(null), wanted);
  if (rerouted.kind === 'refused') throw new InternalError(rerouted.code, `nginx: ${rerouted.reason}`);
  const sha256 = await written(rerouted.routing, host);
  const master = await running(host);
  if (master !== null && sha256 !== before?.configSha256) await reload(master, host);
}

async function written({ backends, stable }: Routing, { folder, settings, ports }: NginxHost): Promise<string> {
  const { files } = ports;
  await files.makeDirectory(folder, 0o700);
  await files.writeAtomic(`${folder}/nginx.conf`, renderNginx(settings, backends), 0o600);
  const configSha256 = await files.sha256(`${folder}/nginx.conf`);
  await files.writeAtomic(`${folder}/state.json`, JSON.stringify({ backends, stable, configSha256 }), 0o600);
  return configSha256;
}

/** Have new workers take over; resolves when no worker of before accepts anything any more. */
async function reload(master: ProcessIdentity, { folder, program, ports }: NginxHost): Promise<void> {
  const { nginx, clock } = ports;
  const path = await nginx.locate(program);
  const fault = path === null ? null : await nginx.fault(path, folder);
  if (fault !== null) throw new InternalError('NGINX_REFUSED', `nginx refused its configuration: ${fault}`);
  const former = new Set((await nginx.workers(master.pid)).map(({ pid }) => pid));
  nginx.signal(master.pid, 'SIGHUP');
  const endsAt = clock.monotonicMs() + reloadWithinMs;
  for (;;) {
    const workers = await nginx.workers(master.pid);
    const isNew = workers.some(({ pid }) => !former.has(pid));
    if (isNew && workers.every(({ pid, isEnding }) => isEnding || !former.has(pid))) return;
    if (clock.monotonicMs() > endsAt) throw new EnvironmentError('PROXY_NOT_RELOADED', 'nginx did not reload in time');
    await clock.sleep(lookMs);
  }
}

async function taken({ settings: { port }, ports }: NginxHost): Promise<EnvironmentError> {
  const owner = await portOwner(port, ports.files);
  return new EnvironmentError('PORT_TAKEN', `port ${port} is taken${owner === null ? '' : ` by ${owner}`}`, {
    hint: 'end what listens there, or choose another proxy.port',
    facts: { port, owner },
  });
}

async function readJson<T>(path: string, schema: z.ZodType<T>, { files }: ProxyPorts): Promise<T | null> {
  if (!(await files.exists(path))) return null;
  try {
    return schema.parse(JSON.parse(await files.readText(path)));
  } catch {
    return null;
  }
}
