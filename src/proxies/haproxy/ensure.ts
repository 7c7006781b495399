import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { AppEntry, AppSettings, Book } from './book.ts';
import { readBook, withApp, writeBook } from './book.ts';
import { renewCertificate, stageCertificates, writeCertificateList } from './certificates.ts';
import { appNames } from './layout.ts';
import type { Live } from './live.ts';
import { replaceMap, standing } from './live.ts';
import { hostsOf, mapsOf } from './maps.ts';
import type { HaproxyRecord, HaproxyWorld } from './process.ts';
import type { Running } from './runner.ts';
import {
  checkUntouched,
  pidOf,
  portTaken,
  readRecord,
  shapeOf,
  startHaproxy,
  writeForRestart,
  writeRecord,
} from './process.ts';

const socketTries = 5;
const socketPauseMs = 100;

export interface Wanted {
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  readonly tlsPort: number | null;
  readonly hosts: readonly string[];
  /** Values that came with the release. */
  readonly secret?: ((name: string) => Promise<string>) | undefined;
  /** Files on this host, or `secret:NAME`. */
  readonly certificates: readonly string[];
  readonly settings: AppSettings;
}

/**
 * Have the HAProxy of this port serve, with this application behind it.
 *
 * One that runs is changed through its socket; only another port, address or set of certificate names starts a new
 * one, which takes the port over while the former ends what it has in flight. Throws EnvironmentError `PORT_TAKEN`,
 * `PROXY_NOT_STARTED`, `PROXY_CONFIG_EDITED`, `PROXY_SOCKET_GONE`, `HAPROXY_TOO_OLD`, `PROXY_FULL`; ConfigError
 * `HOST_TAKEN`, `PROXY_SETTINGS_CONFLICT`, `CERTIFICATE_MISSING`.
 */
export async function ensureHaproxy(wanted: Wanted, world: HaproxyWorld): Promise<void> {
  const { paths, ports } = world;
  const record = await readRecord(world);
  const running = await world.runner.running();
  if (record !== null) await checkUntouched(record, world);
  if (running !== null && !(await isReached(running, world))) {
    throw new EnvironmentError('PROXY_SOCKET_GONE', `HAProxy runs (${running.name}), but not its ${paths.socket}`, {
      hint: `end it (${running.endedBy}) and run this again: users are without the proxy in between`,
    });
  }
  if (running === null && (await ports.ports.isTaken(wanted.port))) throw await portTaken(wanted.port, ports);
  const former = (await readBook(paths, ports.files)) ?? emptyBook(wanted);
  await ports.files.makeDirectory(paths.folder, 0o700);
  const name = placeOf(wanted, former);
  const staged = await stageCertificates(name, wanted, world);
  const book = enter(wanted, { name, certificates: [...staged.names] }, former);
  await writeCertificateList(
    book.apps.flatMap(({ certificates }) => certificates),
    world,
  );
  if (running === null || record?.shape !== shapeOf(book)) {
    await startHaproxy(book, world);
  } else {
    await follow(name, former, book, world);
    for (const certificate of staged.changed) await renewCertificate(certificate, world);
    await remember(book, record, world);
  }
  await writeBook(book, paths, ports.files);
}

/** One that was started a moment ago, by the engine for instance, gets its time. */
async function isReached(running: Running, { paths, runtime, ports: { clock } }: HaproxyWorld): Promise<boolean> {
  for (let tried = 1; tried <= socketTries; tried += 1) {
    const pid = await pidOf(paths, runtime);
    if (pid !== null) return running.isProcess(pid);
    await clock.sleep(socketPauseMs);
  }
  return false;
}

/** Bring the running HAProxy to what the book says of an application. */
export async function follow(name: string, former: Book, book: Book, live: Live): Promise<void> {
  const app = book.apps.find((each) => each.name === name);
  if (app !== undefined) {
    const { placed, stable } = await standing(name, live);
    const maps = mapsOf(placed, stable, app);
    for (const map of ['settings', 'timeouts', 'sticky', 'testers'] as const) {
      await replaceMap(`${name}/${map}.map`, maps[map], live);
    }
  }
  if (JSON.stringify(hostsOf(former)) !== JSON.stringify(hostsOf(book))) {
    await replaceMap('hosts.map', hostsOf(book), live);
  }
}

/** Keep on disk what a restart needs. */
export async function remember(book: Book, record: HaproxyRecord, world: HaproxyWorld): Promise<void> {
  const configSha256 = await writeForRestart(book, record.withLua, world);
  await writeRecord({ ...record, configSha256 }, world);
  await writeBook(book, world.paths, world.ports.files);
}

function emptyBook({ address, port, tlsPort }: Wanted): Book {
  return { address, port, tlsPort, apps: [] };
}

function placeOf({ directory, port }: Wanted, { apps }: Book): string {
  const known = apps.find((app) => app.directory === directory)?.name;
  const free = known ?? appNames.find((name) => !apps.some((app) => app.name === name));
  if (free !== undefined) return free;
  throw new EnvironmentError(
    'PROXY_FULL',
    `${apps.length} applications are behind the proxy on port ${port}: no more fit`,
    {
      hint: 'give this application another proxy.port',
    },
  );
}

/** Throws ConfigError when another application has the name of a host, or wants other ports. */
function enter(wanted: Wanted, own: Pick<AppEntry, 'name' | 'certificates'>, book: Book): Book {
  const { directory, hosts, settings, address, tlsPort } = wanted;
  const others = book.apps.filter((app) => app.directory !== directory);
  const known = book.apps.find((app) => app.directory === directory);
  const claimed = hosts.length === 0 ? ['*'] : hosts;
  for (const other of others) {
    const host = (other.hosts.length === 0 ? ['*'] : other.hosts).find((each) => claimed.includes(each));
    if (host === undefined) continue;
    const what = host === '*' ? 'all host names that nobody else claims' : host;
    throw new ConfigError('HOST_TAKEN', `${what}: already served by the application of ${other.directory}`, {
      problems: [{ path: 'proxy.hosts', message: `${what} belongs to ${other.directory}` }],
    });
  }
  const formerTls = others.some(({ certificates }) => certificates.length > 0) ? book.tlsPort : null;
  if (
    others.length > 0 &&
    (address !== book.address || (formerTls !== null && tlsPort !== null && tlsPort !== formerTls))
  ) {
    throw new ConfigError(
      'PROXY_SETTINGS_CONFLICT',
      `the other applications on port ${book.port} use ${book.address}, TLS port ${formerTls ?? 'none'}`,
      {
        hint: 'give them the same proxy.address and proxy.tls.port, or this one another proxy.port',
      },
    );
  }
  const entry: AppEntry = {
    ...own,
    directory,
    settings,
    hosts: [...hosts],
    stable: known?.stable ?? null,
    page: known?.page ?? null,
  };
  return withApp({ ...book, address, tlsPort: tlsPort ?? formerTls }, entry);
}
