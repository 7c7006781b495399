import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError, InternalError } from '../../errors.ts';
import type { ProcessIdentity } from '../../ports.ts';
import { processTable } from './process-table.ts';
import type { ListedProcess } from './process-table.ts';

/** What SIGKILL does not end within this waits in the kernel, for a disk or a network that does not answer. */
const killTakesMs = 10_000;

/** Processes that belong together: a leader with its session, and all that carry a mark. */
export interface ProcessGroup {
  /** Null when only the mark tells what belongs to it. */
  readonly leader: ProcessIdentity | null;
  /** How a variable in the environment of the leader begins, and so of what it starts, also in other sessions. */
  readonly mark?: string;
}

/** Pids of what runs of a group now. */
export function membersOf({ leader, mark }: ProcessGroup): readonly number[] {
  const listed = processTable.all();
  const isOurSession = sessionTest(leader, listed);
  return listed
    .filter((one) => !one.isZombie && one.pid !== process.pid)
    .filter((one) => isOurSession(one) || (mark !== undefined && processTable.carries(one.pid, mark)))
    .map(({ pid }) => pid);
}

/**
 * A pid is not given to a new process while a session of that number lives: members of the leader's session are
 * ours even when the leader is gone, unless its pid means another process by now.
 */
function sessionTest(
  leader: ProcessIdentity | null,
  listed: readonly ListedProcess[],
): (one: ListedProcess) => boolean {
  if (leader === null || leader.bootId !== processTable.bootId) return () => false;
  if (leader.pid <= 1) throw new InternalError('PROCESS_NOT_OURS', `process ${leader.pid} is never ours`);
  if (listed.some(({ pid, startedAt }) => pid === leader.pid && startedAt !== leader.startedAt)) return () => false;
  return ({ group, session }) => (session ?? group) === leader.pid;
}

/**
 * SIGTERM to all of a group, SIGKILL after `graceMs`; resolves when nothing of it runs, at once when it is gone.
 *
 * Throws EnvironmentError `PROCESS_STUCK` when the system does not end them.
 */
export async function endGroup(group: ProcessGroup, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await isGone(group, graceMs)) return;
  const killUntil = performance.now() + killTakesMs;
  while (performance.now() < killUntil) {
    // Again and again: one of them may have forked while the others were signalled.
    signalGroup(group, 'SIGKILL');
    if (await isGone(group, 50)) return;
  }
  const left = membersOf(group).join(',');
  throw new EnvironmentError('PROCESS_STUCK', `process ${left} still runs ${killTakesMs / 1_000} s after SIGKILL`, {
    hint: `see what it waits for: ps -o pid,user,stat,wchan,args -p ${left}`,
  });
}

/** Whether nothing of a group runs within `withinMs`; looks often at first, then ten times a second. */
export async function isGone(group: ProcessGroup, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (let pauseMs = 2; membersOf(group).length > 0; pauseMs = Math.min(100, pauseMs * 2)) {
    const leftMs = end - performance.now();
    if (leftMs <= 0) return false;
    await delay(Math.min(pauseMs, leftMs));
  }
  return true;
}

/** One that is gone by now is fine; one of another user counts as stuck when it does not end by itself. */
export function signalGroup(group: ProcessGroup, signal: NodeJS.Signals): void {
  for (const pid of membersOf(group)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
