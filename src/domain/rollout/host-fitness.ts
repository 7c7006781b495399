import { formatBytes } from '../report/quantities.ts';
import type { HostFacts } from './messages.ts';

export interface Wanted {
  /** The time here when the host was asked, and how long its answer took. */
  readonly nowMs: number;
  readonly tookMs: number;
  /** What comes to its disk: an archive and what is made of it. */
  readonly diskBytes: number;
  /** What the new release may take while the old one runs on. */
  readonly memoryBytes: number;
}

export interface Unfit {
  readonly code: string;
  readonly reason: string;
  readonly mend: string;
}

/** Clocks of machines that ask a time server differ by less than a second. */
const mostSkewMs = 30_000;

/** Why a host must not get a release now; empty when nothing stands against it. */
export function hostUnfit(facts: HostFacts, wanted: Wanted): readonly Unfit[] {
  const found: Unfit[] = [];
  const skewMs = Date.parse(facts.now) - (wanted.nowMs + wanted.tookMs / 2);
  if (Math.abs(skewMs) > mostSkewMs + wanted.tookMs) {
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    found.push({
      code: 'CLOCK_SKEW',
      reason: `the clock of the host is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this one: times in journal and certificates would mean nothing`,
      mend: 'timedatectl set-ntp true (on both)',
    });
  }
  const { freeDiskBytes, availableMemoryBytes } = facts;
  if (freeDiskBytes !== null && freeDiskBytes < wanted.diskBytes) {
    found.push({
      code: 'NO_ROOM_ON_DISK',
      reason: `the release needs ${formatBytes(wanted.diskBytes)} on the disk of the host beside the old one, and ${formatBytes(freeDiskBytes)} are free`,
      mend: 'docker system df; docker image prune (on the host), or fewer of deploy.keep',
    });
  }
  if (availableMemoryBytes !== null && availableMemoryBytes < wanted.memoryBytes) {
    found.push({
      code: 'NO_ROOM_FOR_TWO',
      reason: `the new release may take ${formatBytes(wanted.memoryBytes)} beside the old one, and ${formatBytes(availableMemoryBytes)} of memory are available`,
      mend: 'a smaller target.memory, or a larger host',
    });
  }
  return found;
}
