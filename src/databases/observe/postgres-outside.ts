import type { Catalog } from '../../domain/migration/classify/catalog.ts';
import { changesBetween } from '../../domain/migration/classify/changes.ts';
import type { Observation } from '../../domain/migration/classify/observation.ts';
import type { Statement } from '../../domain/migration/classify/statement.ts';
import type { Access } from '../../domain/migration/classify/words.ts';
import type { SqlConnection, SqlFailure } from '../../ports.ts';
import { sqlFailureOf as failureOf } from '../../domain/migration/sql-failure.ts';
import { readCatalog } from './postgres-catalog.ts';
import { held, newFiles, rose, work } from './postgres-inside.ts';
import type { LockSeen, ObservationSession } from './postgres-session.ts';
import { counters, isLockable, locksHeld } from './postgres-session.ts';
import { blockedAccess } from './probe.ts';

/**
 * What the gates hold, in the order in which they open: every schema change stops at the first, the slow phase of
 * CONCURRENTLY waits at the second, and what locks a partition at its end meets the third.
 */
const gateLocks = [
  { mode: 'SHARE UPDATE EXCLUSIVE', partitionsOnly: false },
  { mode: 'ROW EXCLUSIVE', partitionsOnly: false },
  { mode: 'ACCESS SHARE', partitionsOnly: true },
] as const;
export const gateCount = gateLocks.length;
const sampleEveryMs = 4;
/** A gate opens by itself when the statement has not come to it by then. */
const gateOpensMs = 750;

interface Sightings {
  readonly locks: Map<string, LockSeen>;
  readonly blocks: Map<string, readonly Access[]>;
}

/**
 * Watch a statement that refuses to run in a transaction (CONCURRENTLY, VACUUM), from a second connection.
 *
 * Gates hold table locks, so that it stands still at its first lock and again in its slow phase; without them it
 * would be over on a small copy before anybody looked.
 */
export async function observeOutside(
  statement: Statement,
  before: Catalog,
  session: ObservationSession,
): Promise<Observation> {
  const { main, base, clock } = session;
  const countersBefore = await flushed(session);
  const tables = [...before.values()].filter((one) => base.has(one.id) && one.kind === 'table');
  const sightings: Sightings = { locks: new Map(), blocks: new Map() };
  let end: { readonly failure: SqlFailure | null } | null = null;
  let started = 0;
  try {
    for (const [i, { mode, partitionsOnly }] of gateLocks.entries()) {
      const names = tables.filter((one) => !partitionsOnly || one.facts['partition'] === true).map((one) => one.name);
      const gate = session.gates[i];
      if (gate !== undefined) await close(gate, names, mode);
    }
    started = clock.monotonicMs();
    const running = finished(main.query(statement.sql)).then((result) => {
      end = result;
      return result;
    });
    for (const gate of session.gates) {
      await watch(() => end !== null, gateOpensMs, before, sightings, session);
      started = clock.monotonicMs();
      await gate.query('ROLLBACK');
    }
    await watch(() => end !== null, Number.POSITIVE_INFINITY, before, sightings, session);
    const { failure } = await running;
    const ms = clock.monotonicMs() - started;
    if (failure !== null) return { kind: 'failed', failure, ms };
    return await report(before, countersBefore, sightings, ms, session);
  } finally {
    for (const gate of session.gates) await gate.query('ROLLBACK');
  }
}

async function close(gate: SqlConnection, tables: readonly string[], mode: string): Promise<void> {
  await gate.query('BEGIN');
  if (tables.length > 0)
    await gate.query(`LOCK TABLE ${tables.map((name) => `ONLY ${name}`).join(', ')} IN ${mode} MODE`);
}

async function finished(running: Promise<unknown>): Promise<{ readonly failure: SqlFailure | null }> {
  try {
    await running;
    return { failure: null };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return { failure };
  }
}

/** Sample until it waits (then see whom it blocks), ends, or the time is over. */
async function watch(
  isOver: () => boolean,
  forMs: number,
  committed: Catalog,
  sightings: Sightings,
  session: ObservationSession,
): Promise<void> {
  const until = session.clock.monotonicMs() + forMs;
  while (!isOver() && session.clock.monotonicMs() < until) {
    const { locks, waits } = await locksHeld(session.prober, session.mainPid, session.base);
    for (const lock of locks) sightings.locks.set(`${lock.id} ${lock.mode}`, lock);
    if (waits && Number.isFinite(forMs)) {
      for (const id of new Set(locks.map((lock) => lock.id))) {
        const relation = committed.get(id);
        if (!isLockable(relation)) continue;
        const blocked = await blockedAccess(session.prober, relation, committed);
        sightings.blocks.set(id, [...new Set([...(sightings.blocks.get(id) ?? []), ...blocked])]);
      }
      return;
    }
    await session.clock.sleep(sampleEveryMs);
  }
}

/** Counters of the whole database, after this backend has handed over its own. */
async function flushed(session: ObservationSession): Promise<Awaited<ReturnType<typeof counters>>> {
  await session.main.query('SELECT pg_stat_force_next_flush()');
  await session.main.query('SELECT 1');
  return counters(session.prober, 'database');
}

async function report(
  before: Catalog,
  countersBefore: Awaited<ReturnType<typeof counters>>,
  sightings: Sightings,
  ms: number,
  session: ObservationSession,
): Promise<Observation> {
  const { base } = session;
  const after = await readCatalog(session.main);
  const seen = await flushed(session);
  const scanned = rose(countersBefore, seen, 'scans', base);
  const rewritten = newFiles(before, after, base);
  const names = (ids: readonly string[]): readonly string[] => ids.map((id) => base.get(id)?.name ?? id);
  return {
    kind: 'observed',
    inTransaction: false,
    held: held([...sightings.locks.values()], [], sightings.blocks, base),
    scanned: names(scanned),
    rewritten: names(rewritten),
    rowsWritten: [],
    changes: changesBetween(base, before, after),
    work: work([...scanned, ...rewritten], base),
    ms,
  };
}
