import type { HistoryEntry, Scope } from '../domain/rollout/messages.ts';
import { appDirectory, refOf } from './app.ts';
import { readLines } from './journal.ts';
import { applyRecord, emptyLedger } from './ledger.ts';
import type { JournalRecord } from './fact.ts';
import type { Ledger } from './ledger.ts';
import type { AgentWorld } from './world.ts';

/**
 * Rollouts that have ended, the newest first, from the rotated journals.
 *
 * A file that cannot be read is left out and logged: the history decides nothing.
 */
export async function historyOf(
  scope: Scope,
  limit: number,
  { files, log, stateDirectory }: Pick<AgentWorld, 'files' | 'log' | 'stateDirectory'>,
): Promise<readonly HistoryEntry[]> {
  const folder = `${appDirectory(stateDirectory, scope)}/history`;
  const found = new Map<string, HistoryEntry>();
  // Their names begin with the time at which the rollout began.
  for (const name of (await files.list(folder)).toReversed()) {
    if (found.size >= limit) break;
    const path = `${folder}/${name}`;
    try {
      for (const entry of endingsIn(readLines(await files.readText(path), path).records).toReversed()) {
        if (!found.has(entry.rolloutId)) found.set(entry.rolloutId, entry);
      }
    } catch (error) {
      log(`${path}: ${(error as Error).message}`);
    }
  }
  return [...found.values()].slice(0, limit);
}

function endingsIn(records: readonly JournalRecord[]): readonly HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let ledger: Ledger = emptyLedger;
  for (const record of records) {
    ledger = applyRecord(ledger, record);
    const { rollout, lock } = ledger;
    if (record.kind !== 'ended' || rollout === null) continue;
    const { plan, kind, startedAt, state } = rollout;
    const { stableId } = state;
    entries.push({
      rolloutId: plan.rolloutId,
      kind,
      release: refOf(plan.release),
      from: stableId === null ? null : (ledger.releases[stableId]?.version ?? null),
      who: lock?.owner.runId === plan.runId ? lock.owner.who : null,
      startedAt,
      endedAt: record.at,
      end: record.end,
    });
  }
  return entries;
}
