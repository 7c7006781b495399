import { z } from 'zod';
import { EnvironmentError } from '../../errors.ts';
import { portOwner } from '../embedded/port-owner.ts';
import type { ProxyPorts } from '../proxy.ts';
import type { Book } from './book.ts';
import { hopScript, refusedPage, renderConfig } from './config.ts';
import type { HaproxyFiles } from './layout.ts';
import { appNames, mapNames } from './layout.ts';
import { hostsOf, mapText, mapsAfterRestart } from './maps.ts';
import type { HaproxyRunner } from './runner.ts';
import type { HaproxyRuntime } from './runtime.ts';

const answerWithinMs = 2_000;

const recordSchema = z.object({
  /** Ports, addresses and certificate names that it was started with. */
  shape: z.string(),
  /** Of the configuration that we wrote last. */
  configSha256: z.string(),
  withLua: z.boolean(),
});

export type HaproxyRecord = Readonly<z.output<typeof recordSchema>>;

export interface HaproxyWorld {
  readonly paths: HaproxyFiles;
  readonly runner: HaproxyRunner;
  readonly runtime: HaproxyRuntime;
  readonly ports: ProxyPorts;
}

/** With what it was started; null when nothing ever was. */
export async function readRecord({ paths, ports }: HaproxyWorld): Promise<HaproxyRecord | null> {
  return await readJson(paths.record, recordSchema, ports);
}

export async function readJson<T>(path: string, schema: z.ZodType<T>, { files }: ProxyPorts): Promise<T | null> {
  if (!(await files.exists(path))) return null;
  try {
    return schema.parse(JSON.parse(await files.readText(path)));
  } catch {
    return null;
  }
}

/** What cannot be changed while it runs. */
export function shapeOf({ address, port, tlsPort, apps }: Book): string {
  return JSON.stringify({ address, port, tlsPort, certificates: apps.flatMap(({ certificates }) => certificates) });
}

/** Write what a start needs: maps with stable releases only, and the configuration; answers its digest. */
export async function writeForRestart(book: Book, withLua: boolean, { paths, ports }: HaproxyWorld): Promise<string> {
  const { files } = ports;
  for (const app of book.apps) {
    const maps = mapsAfterRestart(app);
    for (const name of mapNames) await files.writeAtomic(paths.map(app.name, name), mapText(maps[name]), 0o600);
  }
  await files.writeAtomic(paths.hosts, mapText(hostsOf(book)), 0o600);
  await files.writeAtomic(paths.config, renderConfig(book, { withLua }), 0o600);
  return await files.sha256(paths.config);
}

export async function writeRecord(record: HaproxyRecord, { paths, ports }: HaproxyWorld): Promise<void> {
  await ports.files.writeAtomic(paths.record, JSON.stringify(record), 0o600);
}

/** Throws EnvironmentError `PROXY_CONFIG_EDITED` when the file is not what we wrote. */
export async function checkUntouched(record: HaproxyRecord, { paths, ports }: HaproxyWorld): Promise<void> {
  const isThere = await ports.files.exists(paths.config);
  if (!isThere || (await ports.files.sha256(paths.config)) === record.configSha256) return;
  throw new EnvironmentError('PROXY_CONFIG_EDITED', `${paths.config} was changed by somebody else`, {
    hint: `keep your change elsewhere, then remove the file: the next run writes it again (rm '${paths.config}')`,
  });
}

/** Write all that HAProxy reads, then have it serve that. Throws EnvironmentError `PROXY_NOT_STARTED`, `PORT_TAKEN`. */
export async function startHaproxy(book: Book, world: HaproxyWorld): Promise<void> {
  const { paths, ports, runtime, runner } = world;
  const { files } = ports;
  const withLua = await runner.withLua();
  await files.makeDirectory(paths.folder, 0o700);
  await files.makeDirectory(paths.certificates, 0o700);
  for (const app of appNames) {
    await files.makeDirectory(`${paths.folder}/${app}`, 0o700);
    for (const name of mapNames) await files.writeAtomic(paths.map(app, name), '', 0o600);
  }
  await files.writeAtomic(paths.hop, hopScript, 0o600);
  await files.writeAtomic(`${paths.folder}/refused.http`, refusedPage, 0o600);
  const configSha256 = await writeForRestart(book, withLua, world);
  await writeRecord({ shape: shapeOf(book), configSha256, withLua }, world);
  await runner.start(book);
  await runtime.forget(paths.socket);
}

/** Who answers on the admin socket; null when nobody does. */
export async function pidOf(paths: HaproxyFiles, runtime: HaproxyRuntime): Promise<number | null> {
  try {
    const shown = await runtime.ask(paths.socket, 'show info', answerWithinMs);
    return Number(/^Pid: (\d+)$/m.exec(shown)?.[1] ?? Number.NaN);
  } catch (error) {
    if (error instanceof EnvironmentError && error.code === 'SOCKET_PATH_TOO_LONG') throw error;
    return null;
  }
}

export async function notStarted(
  { port }: Book,
  { paths, ports }: Pick<HaproxyWorld, 'paths' | 'ports'>,
): Promise<Error> {
  if (await ports.ports.isTaken(port)) return await portTaken(port, ports);
  const said = (await ports.files.readTail(paths.log, 2_000)).trim().split('\n').slice(-15).join('\n');
  return new EnvironmentError('PROXY_NOT_STARTED', `HAProxy did not start on port ${port}; it said:\n${said}`, {
    hint: `read ${paths.log}, or try: haproxy -c -C '${paths.folder}' -f haproxy.cfg`,
  });
}

export async function portTaken(port: number, { files }: ProxyPorts): Promise<EnvironmentError> {
  const owner = await portOwner(port, files);
  return new EnvironmentError('PORT_TAKEN', `port ${port} is taken${owner === null ? '' : ` by ${owner}`}`, {
    hint: 'end what listens there, or choose another proxy.port',
    facts: { port, owner },
  });
}
