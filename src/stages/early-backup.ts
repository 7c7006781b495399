import type { VerifiedBackup } from '../databases/backup.ts';
import type { Clock, Files } from '../ports.ts';
import { makeVerified, type BackupInput } from './backup-first.ts';

/** A backup that is made and looked at while the rehearsal runs; only a young one is taken. */
export interface EarlyBackup {
  /** Begin, once; nothing is begun where the user goes without a verified backup. */
  begin(input: BackupInput): void;
  /** Null when there is none, or when too much may have been written since it was begun. */
  take(): Promise<VerifiedBackup | null>;
  /** Remove it when nobody took it. */
  drop(): Promise<void>;
}

/** What is written between a backup and the first statement is in no backup: no longer than this. */
const longestMs = 30_000;

export function earlyBackup(ports: { readonly files: Files; readonly clock: Clock }): EarlyBackup {
  let begun: { readonly atMs: number; readonly made: Promise<VerifiedBackup> } | null = null;
  let isTaken = false;
  return {
    begin(input) {
      if (begun !== null || input.environment.backup === undefined || input.settings.backup !== 'verified') return;
      const made = makeVerified(`${input.runId}-early`, input, ports);
      // Its failure is told by whoever makes the next one.
      made.catch(() => undefined);
      begun = { atMs: ports.clock.monotonicMs(), made };
    },
    async take() {
      const made = await begun?.made.catch(() => null);
      if (begun === null || made == null || ports.clock.monotonicMs() - begun.atMs > longestMs) return null;
      isTaken = true;
      return made;
    },
    async drop() {
      const made = isTaken ? null : await begun?.made.catch(() => null);
      if (made != null) await ports.files.remove(folderOf(made));
    },
  };
}

/** A backup is a folder, or a file in one of its own. */
function folderOf({ path }: VerifiedBackup): string {
  return path.endsWith('-early') ? path : path.slice(0, path.lastIndexOf('/'));
}
