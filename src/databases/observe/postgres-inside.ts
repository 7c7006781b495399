import type { Catalog } from '../../domain/migration/classify/catalog.ts';
import { isTable } from '../../domain/migration/classify/catalog.ts';
import { changesBetween } from '../../domain/migration/classify/changes.ts';
import type { HeldRelation, LockMode, Observation } from '../../domain/migration/classify/observation.ts';
import { strongest } from '../../domain/migration/classify/observation.ts';
import type { Statement } from '../../domain/migration/classify/statement.ts';
import type { Access } from '../../domain/migration/classify/words.ts';
import { sqlFailureOf as failureOf } from '../../domain/migration/sql-failure.ts';
import { scansAnIndexCouldSpare } from './postgres-plan.ts';
import type { Counters, LockSeen, ObservationSession } from './postgres-session.ts';
import { counters, isLockable, locksHeld } from './postgres-session.ts';
import { readCatalog } from './postgres-catalog.ts';
import { blockedAccess } from './probe.ts';

/** At most so many relations are tried by the second connection; the rest keep their lock, without `blocks`. */
const probedAtMost = 24;

/** What is known of the open transaction before a statement runs. */
export interface Standing {
  /** Names as other connections see them. */
  readonly committed: Catalog;
  readonly current: Catalog;
  readonly locks: readonly LockSeen[];
  readonly counters: ReadonlyMap<string, Counters>;
  readonly blocks: ReadonlyMap<string, readonly Access[]>;
}

/** Run one statement in the transaction that is open on the main connection, and look at what it holds. */
export async function observeInside(
  statement: Statement,
  before: Standing,
  session: ObservationSession,
): Promise<{ readonly observation: Observation; readonly standing: Standing }> {
  const { main, base, clock } = session;
  const started = clock.monotonicMs();
  try {
    await main.query(statement.sql);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return { observation: { kind: 'failed', failure, ms: clock.monotonicMs() - started }, standing: before };
  }
  const ms = clock.monotonicMs() - started;
  const seen = await counters(main, 'transaction');
  const { locks } = await locksHeld(main, 'own', base);
  const current = await readCatalog(main);
  const spared = await scansAnIndexCouldSpare(statement, current, main);
  const scanned = rose(before.counters, seen, 'scans', base).filter((id) => !spared.includes(id));
  const rewritten = newFiles(before.current, current, base);
  const blocks = await probe(locks, before, session, rose(before.counters, seen, 'changed', base).length > 0);
  const names = (ids: readonly string[]): readonly string[] => ids.map((id) => base.get(id)?.name ?? id);
  const observation: Observation = {
    kind: 'observed',
    inTransaction: true,
    held: held(locks, before.locks, blocks, base),
    scanned: names(scanned),
    rewritten: names(rewritten),
    rowsWritten: names(rose(before.counters, seen, 'changed', base)),
    changes: changesBetween(base, before.current, current),
    work: work([...scanned, ...rewritten], base),
    ms,
  };
  return { observation, standing: { committed: before.committed, current, locks, counters: seen, blocks } };
}

export function rose(
  before: ReadonlyMap<string, Counters>,
  after: ReadonlyMap<string, Counters>,
  which: keyof Counters,
  base: Catalog,
): readonly string[] {
  return [...after]
    .filter(([id, now]) => base.has(id) && now[which] > (before.get(id)?.[which] ?? 0))
    .map(([id]) => id);
}

/** A new file number means that every row was written again (or, for TRUNCATE, that none is left). */
export function newFiles(before: Catalog, after: Catalog, base: Catalog): readonly string[] {
  return [...before.values()]
    .filter((old) => base.has(old.id) && isTable(old) && old.facts['partitioned'] !== true)
    .filter((old) => after.has(old.id) && after.get(old.id)?.facts['file'] !== old.facts['file'])
    .map((old) => old.id);
}

export function work(
  ids: readonly string[],
  base: Catalog,
): readonly { readonly relation: string; readonly rows: number }[] {
  return [...new Set(ids)].map((id) => {
    const entry = base.get(id);
    return { relation: entry?.name ?? id, rows: Math.max(0, Number(entry?.facts['rows'] ?? 0)) };
  });
}

/** Try again only where the locks of a relation changed, or rows were locked. */
async function probe(
  locks: readonly LockSeen[],
  before: Standing,
  session: ObservationSession,
  rowsChanged: boolean,
): Promise<ReadonlyMap<string, readonly Access[]>> {
  const blocks = new Map<string, readonly Access[]>();
  const ids = [...new Set(locks.filter((lock) => lock.mode !== 'ACCESS SHARE').map((lock) => lock.id))];
  for (const id of ids.slice(0, probedAtMost)) {
    const known = before.blocks.get(id);
    const same = modesOf(locks, id).join() === modesOf(before.locks, id).join();
    const relation = before.committed.get(id);
    if (known !== undefined && same && !rowsChanged) blocks.set(id, known);
    else if (isLockable(relation)) blocks.set(id, await blockedAccess(session.prober, relation, before.committed));
  }
  return blocks;
}

const modesOf = (locks: readonly LockSeen[], id: string): readonly LockMode[] =>
  locks
    .filter((lock) => lock.id === id)
    .map((lock) => lock.mode)
    .toSorted();

export function held(
  locks: readonly LockSeen[],
  earlier: readonly LockSeen[],
  blocks: ReadonlyMap<string, readonly Access[]>,
  base: Catalog,
): readonly HeldRelation[] {
  const nameOf = (id: string): string => base.get(id)?.name ?? id;
  const ids = [...new Set(locks.map((lock) => lock.id))].toSorted((x, y) => nameOf(x).localeCompare(nameOf(y), 'en'));
  return ids.flatMap((id): HeldRelation[] => {
    const relation = base.get(id);
    const lock = strongest(modesOf(locks, id));
    if (!isLockable(relation) || lock === null) return [];
    return [
      {
        relation: relation.name,
        kind: relation.kind as HeldRelation['kind'],
        lock,
        since: modesOf(earlier, id).includes(lock) ? 'an earlier statement' : 'this statement',
        blocks: blocks.get(id) ?? [],
      },
    ];
  });
}
