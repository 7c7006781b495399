import { EnvironmentError } from '../../errors.ts';
import type { Argv } from '../../ports.ts';
import type { ProxyContext, ProxyPorts } from '../proxy.ts';
import { proxyFiles } from './paths.ts';
import { portOwner } from './port-owner.ts';
import type { Hello, ProxySettings } from './protocol.ts';
import { controlProtocol, helloSchema } from './protocol.ts';
import type { Asker } from './question.ts';
import { ask } from './question.ts';
import { forgetProcess, readProcess } from './record.ts';

const startWithinMs = 10_000;
const lookMs = 20;
/** What a proxy may still take for what it has in flight when it ends. */
const graceMs = 10_000;

export interface Wanted {
  readonly port: number;
  readonly settings: ProxySettings;
}

/**
 * Have the proxy of this application and environment serve on the wanted port.
 *
 * One that runs stays, also when it was started from an older bundle, for replacing it would refuse connections for a
 * moment; it is replaced when it does not answer, speaks another protocol, or serves on another port.
 * Throws EnvironmentError `PORT_TAKEN` or `PROXY_NOT_STARTED`.
 */
export async function ensureProxy(
  wanted: Wanted,
  asker: Asker,
  context: ProxyContext,
  ports: ProxyPorts,
): Promise<void> {
  const running = await hello(asker);
  if (running?.directory === context.directory && running.protocol === controlProtocol) {
    await ask(asker, { type: 'configure', settings: wanted.settings });
    return;
  }
  await endProxy(asker, context, ports);
  if (await ports.ports.isTaken(wanted.port)) throw await portTaken(wanted.port, running, ports);
  await start(wanted, asker, context, ports);
}

/** End the proxy of this directory, whatever its state: asked on its socket, else by its process. Fine if it is gone. */
export async function endProxy(asker: Asker, context: ProxyContext, ports: ProxyPorts): Promise<void> {
  let hangs = false;
  try {
    await ask(asker, { type: 'stop', graceMs });
  } catch (error) {
    // One that does not answer, or not understand, is ended by its process; one that hangs would not end by itself.
    hangs = error instanceof EnvironmentError && error.code === 'CONTROL_SILENT';
  }
  const identity = await readProcess(context, ports);
  if (identity !== null && ports.daemons.isAlive(identity)) await ports.daemons.stop(identity, hangs ? 0 : graceMs);
  await forgetProcess(context, ports);
}

/** Who answers on the socket; null when nobody does, or not as a proxy would. */
async function hello(asker: Asker): Promise<Hello | null> {
  try {
    return helloSchema.parse(await ask(asker, { type: 'hello' }));
  } catch (error) {
    if (error instanceof EnvironmentError && error.code === 'SOCKET_PATH_TOO_LONG') throw error;
    return null;
  }
}

async function start(wanted: Wanted, asker: Asker, context: ProxyContext, ports: ProxyPorts): Promise<void> {
  const { files, daemons, clock } = ports;
  const { folder, log, process: identityFile } = proxyFiles(context.directory);
  await files.makeDirectory(folder, 0o700);
  await files.makeDirectory(context.runDirectory, 0o700);
  const argv = await commandOf(wanted, asker, context, ports);
  const identity = await daemons.start({ argv, cwd: context.directory, env: {}, logFile: log, identityFile });
  await files.writeAtomic(identityFile, JSON.stringify(identity), 0o600);
  const endsAt = clock.monotonicMs() + startWithinMs;
  while ((await hello(asker))?.directory !== context.directory) {
    if (!daemons.isAlive(identity) || clock.monotonicMs() > endsAt) {
      await daemons.stop(identity, 0);
      await forgetProcess(context, ports);
      throw await notStarted(wanted, log, await hello(asker), ports);
    }
    await clock.sleep(lookMs);
  }
}

/** From the source folder it runs as it is, from the bundle as one file. */
async function commandOf(
  wanted: Wanted,
  { socket }: Asker,
  context: ProxyContext,
  { files }: ProxyPorts,
): Promise<Argv> {
  const { runtime, directory } = context;
  const built = `${runtime.bundle}/proxy.js`;
  const program = (await files.exists(built)) ? built : `${runtime.bundle}/proxy.ts`;
  const options = { directory, socket, port: String(wanted.port), build: await files.sha256(program) };
  const flags = Object.entries({ ...options, settings: JSON.stringify(wanted.settings) });
  return [runtime.node, program, ...flags.flatMap(([name, value]) => [`--${name}`, value])];
}

async function notStarted(wanted: Wanted, log: string, other: Hello | null, ports: ProxyPorts): Promise<Error> {
  if (await ports.ports.isTaken(wanted.port)) return await portTaken(wanted.port, other, ports);
  const said = (await ports.files.readTail(log, 2_000)).trim().split('\n').slice(-15).join('\n');
  return new EnvironmentError(
    'PROXY_NOT_STARTED',
    `the proxy did not start on port ${wanted.port}; it said:\n${said}`,
    {
      hint: `read ${log}`,
    },
  );
}

async function portTaken(port: number, other: Hello | null, { files }: ProxyPorts): Promise<EnvironmentError> {
  const owner =
    other === null ? await portOwner(port, files) : `Fairway's proxy of ${other.directory} (process ${other.pid})`;
  const by = owner === null ? '' : ` by ${owner}`;
  return new EnvironmentError('PORT_TAKEN', `port ${port} on 127.0.0.1 is taken${by}`, {
    hint: 'end what listens there, or choose another proxy.port',
    facts: { port, owner },
  });
}
