import type { RecordedQuery } from '../../databases/database.ts';
import type { RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts, RehearsalResult } from './input.ts';
import type { RunningRelease } from './running-release.ts';
import type { Scratch } from './scratch.ts';
import type { StepLog } from './step-log.ts';

/** What every step of one rehearsal works with. */
export interface Play {
  readonly input: RehearsalInput;
  readonly ports: RehearsalPorts;
  readonly scratch: Scratch;
  /** Everything that was started, to be stopped at the end. */
  readonly running: RunningRelease[];
  readonly log: StepLog;
  readonly databases: RehearsalDatabases;
}

/** What is known of a result once a step decided it. */
export type Verdict = Partial<RehearsalResult> & Pick<RehearsalResult, 'rollback' | 'reason'>;

/** How the releases of a rehearsal name themselves to the server. */
export const oldName = 'fairway-old';
export const newName = 'fairway-new';

/** True for what the old release asked, also when it names itself otherwise. */
export function isOfOld({ applicationName }: Pick<RecordedQuery, 'applicationName'>): boolean {
  return applicationName === oldName || !applicationName.startsWith('fairway');
}
