import type { RolloutEnd, RolloutRecord } from '../domain/rollout/messages.ts';
import type { Clock } from '../ports.ts';

export type FeedEntry = Omit<RolloutRecord, 'at'>;

/** What followers of the current rollout see; the last of it is kept for those who come late or again. */
export interface Feed {
  /** Counts on from whatever was handed out before, also by an agent that was killed. */
  readonly nextSeq: () => number;
  publish(entry: FeedEntry): void;
  /** All records of this rollout after `afterSeq`, then those to come, until the one with `end`. */
  follow(
    rolloutId: string,
    afterSeq: number,
    onRecord: (record: RolloutRecord) => void,
    signal: AbortSignal,
  ): Promise<RolloutEnd | null>;
}

const keptRecords = 5_000;
/** More records than anybody can have seen beyond the last one in the journal. */
const restartGap = 1_000_000;

export function createFeed(lastJournaledSeq: number, clock: Clock): Feed {
  let seq = lastJournaledSeq === 0 ? 0 : lastJournaledSeq + restartGap;
  let records: RolloutRecord[] = [];
  const followers = new Set<(record: RolloutRecord) => void>();

  return {
    nextSeq: () => {
      seq += 1;
      return seq;
    },
    publish(entry) {
      const record: RolloutRecord = { ...entry, at: clock.now().toISOString() };
      if (records[0]?.rolloutId !== record.rolloutId) records = [];
      records = [...records.slice(-keptRecords), record];
      for (const follower of followers) follower(record);
    },
    async follow(rolloutId, afterSeq, onRecord, signal) {
      return await new Promise((resolve) => {
        const stop = (end: RolloutEnd | null): void => {
          followers.delete(take);
          resolve(end);
        };
        const take = (record: RolloutRecord): void => {
          if (record.rolloutId !== rolloutId || record.seq <= afterSeq) return;
          onRecord(record);
          if (record.end !== undefined) stop(record.end);
        };
        followers.add(take);
        signal.addEventListener('abort', () => stop(null), { once: true });
        if (signal.aborted) return stop(null);
        for (const [index, record] of records.entries()) {
          // A rollout that was held and resumed has ended before: that end is not its last word.
          const isOldEnd = record.end !== undefined && index !== records.length - 1;
          if (!isOldEnd) take(record);
        }
      });
    },
  };
}
