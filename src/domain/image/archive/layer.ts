import type { TarEntry } from './tar.ts';

/** A member of a layer and where its content begins. */
export interface Placed {
  readonly entry: TarEntry;
  readonly offset: number;
}

/**
 * The members of a layer in the order and with the times in which every build of the commit has them; null when the
 * layer stays as it is.
 *
 * A layer in which nothing is newer than the commit was not made by this build: it is the base image's, keeps its
 * digest and is shared with others. In all others times are clamped to the commit's, members are sorted by their
 * paths, and hard links follow what they lead to. Owners, modes and contents stay.
 */
export function normalLayer(members: readonly Placed[], epochSeconds: number): readonly Placed[] | null {
  if (members.every(({ entry }) => entry.mtime <= epochSeconds)) return null;
  return last(members)
    .map(({ entry, offset }) => ({ offset, entry: { ...entry, mtime: Math.min(entry.mtime, epochSeconds) } }))
    .toSorted((a, b) => rank(a.entry) - rank(b.entry) || compare(key(a.entry), key(b.entry)));
}

/** Of a path that comes twice, what comes later counts. */
function last(members: readonly Placed[]): readonly Placed[] {
  return Array.from(new Map(members.map((member) => [key(member.entry), member])).values());
}

const rank = ({ kind }: TarEntry): number => (kind === 'link' ? 1 : 0);
const key = ({ path }: TarEntry): string => path.replace(/^\.\//, '').replace(/\/$/, '');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
