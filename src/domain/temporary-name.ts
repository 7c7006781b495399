/** What tells a process from every other one, also after a reboot. */
interface Owner {
  readonly pid: number;
  readonly startedAt: string;
  readonly bootId: string;
}

/**
 * The name of a folder that ends with the process that made it: its identity is the name, so that none is ever
 * without an owner.
 */
export function temporaryName({ pid, startedAt, bootId }: Owner, random: string): string {
  return ['tmp', String(pid), encodeURIComponent(startedAt), encodeURIComponent(bootId), random].join('_');
}

/** Who made a folder of that name; null when it is none of ours. */
export function ownerOf(name: string): Owner | null {
  const [prefix, pid, startedAt, bootId, random] = name.split('_');
  if (prefix !== 'tmp' || pid === undefined || startedAt === undefined || bootId === undefined || !random) return null;
  return { pid: Number(pid), startedAt: decodeURIComponent(startedAt), bootId: decodeURIComponent(bootId) };
}
