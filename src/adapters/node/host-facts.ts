import { readFile, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Answers } from '../../ports.ts';

/** Clock, disk below a folder, and memory of this machine. */
export async function hostFacts(directory: string): Promise<Answers['host']> {
  const disk = await statfs(directory).catch(() => null);
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const [, available] = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo) ?? [];
  return {
    now: new Date().toISOString(),
    freeDiskBytes: disk === null ? null : disk.bavail * disk.bsize,
    availableMemoryBytes: available === undefined ? freemem() : Number(available) * 1_024,
  };
}
