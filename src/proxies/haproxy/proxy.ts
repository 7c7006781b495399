import type { RoutingChange } from '../../domain/traffic/routing.ts';
import { p95Of, slowerThan } from '../../domain/traffic/tally.ts';
import { EnvironmentError, InternalError } from '../../errors.ts';
import type { BackendStats, StatsQuestion } from '../proxy.ts';
import type { AppEntry } from './book.ts';
import { readBook, withApp, writeBook } from './book.ts';
import { follow, remember } from './ensure.ts';
import { change, cutSlot, inFlight, replaceMap, say, setDetour, standing } from './live.ts';
import { mapsOf } from './maps.ts';
import type { HaproxyWorld } from './process.ts';
import { readRecord } from './process.ts';
import type { Running } from './runner.ts';

/** How often a drain looks whether something is still in flight. */
const lookMs = 20;
/** What was cut is gone within a few turns of HAProxy. */
const cutWithinMs = 2_000;
/** What HAProxy may still take for what it has in flight when it ends. */
const graceMs = 10_000;

/** The application of a directory. Throws EnvironmentError `PROXY_UNKNOWN` when it never entered. */
async function entryOf(directory: string, { paths, ports }: HaproxyWorld): Promise<AppEntry> {
  const book = await readBook(paths, ports.files);
  const app = book?.apps.find((each) => each.directory === directory);
  if (app !== undefined) return app;
  throw new EnvironmentError('PROXY_UNKNOWN', `${directory} has no place in the proxy of ${paths.folder}`);
}

/** Change the routing; what a restart must know is on disk before the change is told as done. */
export async function reroute(directory: string, wanted: RoutingChange, world: HaproxyWorld): Promise<void> {
  const app = await entryOf(directory, world);
  const { placed, stable } = await change(app, wanted, world);
  const slot = placed.find(({ releaseId }) => releaseId === stable?.releaseId)?.slot;
  const kept =
    stable === null || slot === undefined ? null : { releaseId: stable.releaseId, address: stable.address, slot };
  if (JSON.stringify(kept) !== JSON.stringify(app.stable)) await keep({ ...app, stable: kept }, world);
}

async function keep(app: AppEntry, world: HaproxyWorld): Promise<void> {
  const [book, record] = [await readBook(world.paths, world.ports.files), await readRecord(world)];
  if (book === null || record === null) throw new InternalError('PROXY_FORGOT', `${world.paths.folder} has no record`);
  await remember(withApp(book, app), record, world);
}

export async function statsOf(
  directory: string,
  { slowerThanMs }: StatsQuestion,
  world: HaproxyWorld,
): Promise<readonly BackendStats[]> {
  const { name } = await entryOf(directory, world);
  const { placed } = await standing(name, world);
  const flying = await inFlight(name, world);
  const tallies = await world.runtime.tallies(world.paths.socket, name);
  return placed.map(({ releaseId, slot }) => {
    const tally = tallies.get(releaseId);
    return {
      releaseId,
      requests: tally?.requests ?? 0,
      errors: tally?.errors ?? 0,
      inFlight: flying.get(slot) ?? 0,
      p95Ms: tally === undefined ? null : p95Of(tally),
      ...(slowerThanMs === undefined ? {} : { slower: tally === undefined ? 0 : slowerThan(tally, slowerThanMs) }),
    };
  });
}

export async function recentPaths(directory: string, world: HaproxyWorld): Promise<readonly string[]> {
  const { name } = await entryOf(directory, world);
  return await world.runtime.recentPaths(world.paths.socket, name);
}

/** Wait for what is in flight to a release that gets nothing new, then cut it. */
export async function drain(
  directory: string,
  releaseId: string,
  timeoutMs: number,
  world: HaproxyWorld,
): Promise<number> {
  const { clock } = world.ports;
  const { name } = await entryOf(directory, world);
  const backend = (await standing(name, world)).placed.find((each) => each.releaseId === releaseId);
  if (backend === undefined) return 0;
  if (backend.weight > 0) {
    throw new InternalError('STILL_SERVING', `HAProxy: ${releaseId} still gets ${backend.weight} % of the traffic`);
  }
  const flying = async (): Promise<number> => (await inFlight(name, world)).get(backend.slot) ?? 0;
  const endsAt = clock.monotonicMs() + timeoutMs;
  let left = await flying();
  for (; left > 0 && clock.monotonicMs() < endsAt; left = await flying()) await clock.sleep(lookMs);
  if (left === 0) return 0;
  await cutSlot(name, backend.slot, world);
  const goneBy = clock.monotonicMs() + cutWithinMs;
  while ((await flying()) > 0 && clock.monotonicMs() < goneBy) await clock.sleep(lookMs);
  return left;
}

/** Show a page instead of the application; null brings the application back. */
export async function maintain(directory: string, page: string | null, world: HaproxyWorld): Promise<void> {
  const app = { ...(await entryOf(directory, world)), page };
  const { placed, stable } = await standing(app.name, world);
  await replaceMap(`${app.name}/settings.map`, mapsOf(placed, stable, app).settings, world);
  await keep(app, world);
}

/** Take an application out; the last one ends HAProxy, which lets what is in flight end. Fine if it is gone. */
export async function leave(directory: string, world: HaproxyWorld): Promise<void> {
  const { paths, ports } = world;
  const book = await readBook(paths, ports.files);
  const running = await world.runner.running();
  const app = book?.apps.find((each) => each.directory === directory);
  const apps = book?.apps.filter((each) => each !== app) ?? [];
  const record = await readRecord(world);
  if (book !== null && apps.length > 0) {
    if (app === undefined) return;
    const rest = { ...book, apps };
    if (running === null || record === null) return await writeBook(rest, paths, ports.files);
    await follow(app.name, book, rest, world);
    await empty(app, world);
    return await remember(rest, record, world);
  }
  if (running !== null) await end(world, running);
  for (const file of [paths.book, paths.process, paths.record, paths.config]) await ports.files.remove(file);
}

/** Nothing of a former application stays for the next one in its place. */
async function empty(app: AppEntry, world: HaproxyWorld): Promise<void> {
  const { placed } = await standing(app.name, world);
  for (const map of ['shares', 'sticky', 'testers', 'releases', 'settings'] as const) {
    await replaceMap(`${app.name}/${map}.map`, [], world);
  }
  await setDetour(app.name, { placed, stable: null }, world);
}

async function end(world: HaproxyWorld, running: Running): Promise<void> {
  const { clock } = world.ports;
  try {
    await say(world, 'shutdown frontend users');
    const endsAt = clock.monotonicMs() + graceMs;
    while ((await open(world)) > 0 && clock.monotonicMs() < endsAt) await clock.sleep(lookMs);
  } catch {
    // One that does not answer is ended by its process.
  }
  await running.stop();
}

/** Requests in flight of all applications; kept connections are none. */
async function open(world: HaproxyWorld): Promise<number> {
  const lines = (await say(world, 'show stat -1 2 -1')).split('\n');
  return lines.reduce((sum, line) => sum + (line.startsWith('#') ? 0 : Number(line.split(',')[4] ?? 0)), 0);
}
