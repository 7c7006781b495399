import { bucketOwners } from '../../domain/traffic/buckets.ts';
import type { Backend, Routing } from '../../domain/traffic/routing.ts';
import type { AppEntry, AppSettings, Book } from './book.ts';
import type { MapName } from './layout.ts';

export type Entries = readonly (readonly [key: string, value: string])[];

/** A release in one of the slots of its application. */
export interface Placed extends Backend {
  readonly slot: string;
}

/** All maps of one application, from what stands behind it. */
export function mapsOf(
  placed: readonly Placed[],
  stable: Routing['stable'],
  app: Pick<AppEntry, 'settings' | 'page'>,
): Readonly<Record<MapName, Entries>> {
  const slotOf = (releaseId: string): string => placed.find((each) => each.releaseId === releaseId)?.slot ?? '';
  const serving = placed.filter(({ weight }) => weight > 0);
  const byRelease = (some: readonly Placed[]): Entries => some.map(({ releaseId, slot }) => [releaseId, slot]);
  return {
    shares: bucketOwners(placed).map((releaseId, bucket) => [String(bucket), slotOf(releaseId)]),
    releases: placed.map(({ slot, releaseId, address, weight }) => [slot, `${releaseId}/${address}/${weight}`]),
    sticky: app.settings.sticky ? byRelease(serving) : [],
    testers: app.settings.testers ? byRelease(placed) : [],
    settings: settingsOf(app.settings, stable === null ? null : stable.releaseId, app.page),
    timeouts: [
      ['response', String(app.settings.responseTimeoutMs)],
      ['tunnel', String(app.settings.tunnelTimeoutMs)],
    ],
  };
}

function settingsOf(settings: AppSettings, stable: string | null, page: string | null): Entries {
  const entries: [string, string][] = [];
  if (stable !== null) entries.push(['stable', stable]);
  if (settings.releaseHeader) entries.push(['release-header', '1']);
  if (settings.sticky) entries.push(['sticky', '1']);
  if (settings.redirect) entries.push(['redirect', '1']);
  if (page !== null) entries.push(['page', page.replaceAll(/\s+/g, ' ').trim()]);
  return entries;
}

/** What an application's maps hold when HAProxy starts: its stable release, and nothing else. */
export function mapsAfterRestart(app: AppEntry): Readonly<Record<MapName, Entries>> {
  return mapsOf(app.stable === null ? [] : [{ ...app.stable, weight: 100 }], app.stable, app);
}

/** Which application a host name belongs to; `*` stands for all others. */
export function hostsOf({ apps }: Book): Entries {
  return apps.flatMap(({ name, hosts }) => (hosts.length === 0 ? ['*'] : hosts).map((host) => [host, name] as const));
}

export function mapText(entries: Entries): string {
  return entries.map(([key, value]) => `${key} ${value}\n`).join('');
}

/** What stands behind an application, read from its `releases` map. */
export function readPlaced(entries: Entries): readonly Placed[] {
  return entries.flatMap(([slot, value]) => {
    const [releaseId, address, weight] = value.split('/');
    return releaseId === undefined || address === undefined
      ? []
      : [{ slot, releaseId, address, weight: Number(weight) }];
  });
}

/** Lines of `show map`: an address in memory, the key, the value. */
export function readShownMap(text: string): Entries {
  return text.split('\n').flatMap((line) => {
    const [, key, value] = /^0x[0-9a-f]+ (\S+) (.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
}
