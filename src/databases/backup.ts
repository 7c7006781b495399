/** A backup that was restored and compared with its source. */
export interface VerifiedBackup {
  readonly path: string;
  readonly takenAt: string;
  readonly bytes: number;
  readonly tables: number;
  readonly rows: number;
  /** How long it took, and how long bringing it back takes on this machine. */
  readonly backupMs: number;
  readonly restoreMs: number;
  /** Tables that were written to meanwhile: their rows could not be compared. */
  readonly notCompared: readonly string[];
}
