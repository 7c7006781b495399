import { InternalError } from '../../errors.ts';
import type { Routing, RoutingChange } from '../../domain/traffic/routing.ts';
import { reroute } from '../../domain/traffic/routing.ts';
import type { AppEntry } from './book.ts';
import type { HaproxyFiles, MapName } from './layout.ts';
import { backendNames, slotNames } from './layout.ts';
import type { Entries, Placed } from './maps.ts';
import { mapText, mapsOf, readPlaced, readShownMap } from './maps.ts';
import type { HaproxyRuntime } from './runtime.ts';

/** Each answer is a matter of milliseconds; one that takes longer comes from a process that hangs. */
const answerWithinMs = 2_000;

export interface Live {
  readonly paths: HaproxyFiles;
  readonly runtime: HaproxyRuntime;
}

/** What stands behind one application now, as the running HAProxy tells it. */
export interface Standing {
  readonly placed: readonly Placed[];
  readonly stable: Routing['stable'];
}

export async function say({ paths, runtime }: Live, line: string): Promise<string> {
  return await runtime.ask(paths.socket, line, answerWithinMs);
}

export async function standing(app: string, live: Live): Promise<Standing> {
  const placed = readPlaced(await shownMap(app, 'releases', live));
  const settings = await shownMap(app, 'settings', live);
  const stableId = settings.find(([key]) => key === 'stable')?.[1];
  return { placed, stable: placed.find(({ releaseId }) => releaseId === stableId) ?? null };
}

async function shownMap(app: string, name: MapName, live: Live): Promise<Entries> {
  return readShownMap(await say(live, `show map ${app}/${name}.map`));
}

/** Put all entries of a map in place of what it holds, in one step. */
export async function replaceMap(file: string, entries: Entries, live: Live): Promise<void> {
  const version = /New version created: (\d+)/.exec(await say(live, `prepare map ${file}`))?.[1];
  if (version === undefined) throw refused(`prepare map ${file}`, 'it gave no version');
  const added = entries.length === 0 ? '' : await say(live, `add map @${version} ${file} <<\n${mapText(entries)}`);
  const committed = await say(live, `commit map @${version} ${file}`);
  const answer = `${added}${committed}`.trim();
  if (answer !== '') throw refused(`replace map ${file}`, answer);
}

/**
 * Apply one change to the running HAProxy; answers what stands there after it.
 *
 * A release is made reachable before any share names it, and shares leave it before it goes. Throws InternalError
 * with the code of the refusal when the change makes no sense.
 */
export async function change(app: AppEntry, wanted: RoutingChange, live: Live): Promise<Standing> {
  const before = await standing(app.name, live);
  const rerouted = reroute({ backends: before.placed, stable: before.stable }, wanted);
  if (rerouted.kind === 'refused') {
    throw new InternalError(rerouted.code, `HAProxy (${live.paths.socket}): ${rerouted.reason}`);
  }
  const placed: Placed[] = [];
  for (const backend of rerouted.routing.backends) {
    const known = before.placed.find(({ releaseId }) => releaseId === backend.releaseId);
    const taken = [...before.placed, ...placed].map(({ slot }) => slot);
    const slot = known?.slot ?? (await freeSlot(app.name, taken, live));
    if (known?.address !== backend.address) await openSlot(app.name, slot, backend.address, live);
    placed.push({ ...backend, slot });
  }
  const { stable } = rerouted.routing;
  await writeMaps(app, { placed, stable }, before, live);
  const gone = before.placed.filter(({ slot }) => !placed.some((other) => other.slot === slot));
  for (const { slot } of gone) await setServers(app.name, slot, 'state maint', live);
  if (stable?.releaseId !== before.stable?.releaseId) await setDetour(app.name, { placed, stable }, live);
  return { placed, stable };
}

/** Releases first, shares before settings; what does not change is not sent. */
async function writeMaps(app: AppEntry, after: Standing, before: Standing, live: Live): Promise<void> {
  const [former, next] = [before, after].map(({ placed, stable }) => mapsOf(placed, stable, app));
  const isJoin = after.placed.length > before.placed.length;
  const order: readonly MapName[] = isJoin
    ? ['releases', 'testers', 'sticky', 'shares', 'settings']
    : ['testers', 'sticky', 'shares', 'settings', 'releases'];
  for (const name of order) {
    if (JSON.stringify(former?.[name]) === JSON.stringify(next?.[name])) continue;
    await replaceMap(`${app.name}/${name}.map`, next?.[name] ?? [], live);
  }
}

/** Only the stable release takes what another one refused. */
export async function setDetour(app: string, { placed, stable }: Standing, live: Live): Promise<void> {
  const ordered = placed.toSorted(
    (a, b) => Number(b.releaseId === stable?.releaseId) - Number(a.releaseId === stable?.releaseId),
  );
  for (const { slot, releaseId } of ordered) {
    await setServers(app, slot, `weight ${releaseId === stable?.releaseId ? 1 : 0}`, live);
  }
}

async function openSlot(app: string, slot: string, address: string, live: Live): Promise<void> {
  const [host, port] = address.split(':');
  await setServers(app, slot, `addr ${host} port ${port}`, live);
  await setServers(app, slot, 'state ready', live);
}

/** A slot whose former release has nothing in flight any more. */
async function freeSlot(app: string, taken: readonly string[], live: Live): Promise<string> {
  const busy = await inFlight(app, live);
  const free = slotNames.find((slot) => !taken.includes(slot) && (busy.get(slot) ?? 0) === 0);
  if (free !== undefined) return free;
  throw new InternalError('NO_FREE_SLOT', `HAProxy (${live.paths.socket}): all ${slotNames.length} places are taken`);
}

const fine = /^(no need to change .*|.*changed from .*|)$/;

async function setServers(app: string, slot: string, what: string, live: Live): Promise<void> {
  const commands = backendNames(app).map((backend) => `set server ${backend}/${slot} ${what}`);
  const answer = await say(live, commands.join(';'));
  const bad = answer.split('\n').find((line) => !fine.test(line.trim()));
  if (bad !== undefined) throw refused(commands.join(';'), bad);
}

/** Requests and WebSockets in flight, by slot. */
export async function inFlight(app: string, live: Live): Promise<ReadonlyMap<string, number>> {
  const commands = backendNames(app).map((backend) => `show stat ${backend} 4 -1`);
  const sums = new Map<string, number>();
  for (const line of (await say(live, commands.join(';'))).split('\n')) {
    const [, slot, queued, , current] = line.split(',');
    if (slot === undefined || !slotNames.includes(slot)) continue;
    sums.set(slot, (sums.get(slot) ?? 0) + Number(queued) + Number(current));
  }
  return sums;
}

export async function cutSlot(app: string, slot: string, live: Live): Promise<void> {
  const commands = backendNames(app).map((backend) => `shutdown sessions server ${backend}/${slot}`);
  await say(live, commands.join(';'));
}

function refused(what: string, answer: string): InternalError {
  return new InternalError('HAPROXY_REFUSED', `HAProxy refused "${what}": ${answer}`);
}
