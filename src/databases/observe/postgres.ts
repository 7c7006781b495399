import type { Catalog } from '../../domain/migration/classify/catalog.ts';
import type { Observation } from '../../domain/migration/classify/observation.ts';
import { mayNotRun, needsNoTransaction, transactionStep } from '../../domain/migration/classify/runnable.ts';
import type { Statement } from '../../domain/migration/classify/statement.ts';
import type { Wrapping } from '../../domain/migration/classify/words.ts';
import type { Clock, SqlConnection } from '../../ports.ts';
import { sqlFailureOf as failureOf } from '../../domain/migration/sql-failure.ts';
import { readCatalog } from './postgres-catalog.ts';
import type { Standing } from './postgres-inside.ts';
import { observeInside } from './postgres-inside.ts';
import { gateCount, observeOutside } from './postgres-outside.ts';
import { counters, type ObservationSession } from './postgres-session.ts';

/** One migration file, parsed, and how its runner wraps it. */
export interface ScriptToObserve {
  readonly wrapping: Wrapping;
  readonly statements: readonly Statement[];
}

export interface ObserveOptions {
  /** For one statement; after it the statement counts as never ending. */
  readonly statementTimeoutMs: number;
}

/**
 * Execute migrations on a throw-away database that already holds the base schema, watching each statement.
 *
 * Answers one observation per statement, file by file. Everything after a failed statement is `not-run`.
 * Throws EnvironmentError when the server is lost.
 */
export async function observePostgres(
  scripts: readonly ScriptToObserve[],
  options: ObserveOptions,
  connect: (purpose: string) => Promise<SqlConnection>,
  clock: Clock,
): Promise<{ readonly base: Catalog; readonly observations: readonly (readonly Observation[])[] }> {
  const session = await open(options, connect, clock);
  const connections = [session.main, session.prober, ...session.gates];
  try {
    const observed: (readonly Observation[])[] = [];
    let stopped: string | null = null;
    for (const script of scripts) {
      const observations: readonly Observation[] =
        stopped === null
          ? await observeScript(script, session)
          : script.statements.map(() => ({ kind: 'not-run', why: `an earlier file failed: ${stopped}` }));
      observed.push(observations);
      const failed = observations.find((one) => one.kind === 'failed');
      if (failed?.kind === 'failed') stopped ??= failed.failure.message;
    }
    return { base: session.base, observations: observed };
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

async function open(
  options: ObserveOptions,
  connect: (purpose: string) => Promise<SqlConnection>,
  clock: Clock,
): Promise<ObservationSession> {
  const opened: SqlConnection[] = [];
  try {
    const one = async (purpose: string): Promise<SqlConnection> => {
      const connection = await connect(purpose);
      opened.push(connection);
      return connection;
    };
    const main = await one('main');
    const prober = await one('probe');
    const gates: SqlConnection[] = [];
    for (let i = 0; i < gateCount; i += 1) gates.push(await one('gate'));
    await main.query('ANALYZE');
    await main.query(`SET statement_timeout = ${Math.round(options.statementTimeoutMs)}`);
    await prober.query(`SET statement_timeout = 10000`);
    // What the prober reads must not be counted as a scan of the migration.
    await prober.query('SET track_counts = off');
    const [row] = await main.query('SELECT pg_backend_pid() AS pid');
    const base = await readCatalog(main);
    return { main, prober, gates, mainPid: Number(row?.['pid']), base, clock };
  } catch (error) {
    await Promise.all(opened.map((connection) => connection.close()));
    throw error;
  }
}

async function observeScript(script: ScriptToObserve, session: ObservationSession): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  let inTransaction = false;
  let standing = await stand(session);
  if (script.wrapping === 'file') {
    await begin();
    inTransaction = true;
  }
  for (const [i, statement] of script.statements.entries()) {
    const observation = await one(statement);
    observations.push(observation);
    if (observation.kind === 'failed') {
      await session.main.query('ROLLBACK');
      const rest = script.statements.slice(i + 1);
      return [
        ...observations,
        ...rest.map((): Observation => ({ kind: 'not-run', why: 'an earlier statement failed' })),
      ];
    }
  }
  if (inTransaction) return withCommit(observations, await commit(session));
  return observations;

  async function one(statement: Statement): Promise<Observation> {
    const forbidden = mayNotRun(statement);
    if (forbidden !== null) return { kind: 'not-run', why: forbidden };
    const step = transactionStep(statement);
    if (step !== null) {
      const failure = await attempt(session, statement.sql);
      if (failure !== null) return { kind: 'failed', failure, ms: 0 };
      if (step !== 'inside') {
        inTransaction = step === 'begins';
        standing = { ...(await stand(session)), counters: await counters(session.main, 'transaction') };
      }
      return nothingSeen(inTransaction);
    }
    if (inTransaction) return inside(statement);
    if (script.wrapping === 'none' && needsNoTransaction(statement)) return outside(statement);
    await begin();
    const observation = await inside(statement);
    if (observation.kind !== 'failed') {
      const [committed] = withCommit([observation], await commit(session));
      standing = await stand(session);
      return committed ?? observation;
    }
    await session.main.query('ROLLBACK');
    const refusesTransaction = ['25001', '2D000'].includes(observation.failure.sqlState);
    return refusesTransaction && script.wrapping === 'none' ? outside(statement) : observation;
  }

  /** What was counted before is still shown as this transaction's, until the server has put it away. */
  async function begin(): Promise<void> {
    await session.main.query('BEGIN');
    standing = { ...standing, counters: await counters(session.main, 'transaction') };
  }

  async function inside(statement: Statement): Promise<Observation> {
    const { observation, standing: now } = await observeInside(statement, standing, session);
    standing = now;
    return observation;
  }

  async function outside(statement: Statement): Promise<Observation> {
    const observation = await observeOutside(statement, standing.current, session);
    standing = await stand(session);
    return observation;
  }
}

async function stand(session: ObservationSession): Promise<Standing> {
  const current = await readCatalog(session.main);
  return { committed: current, current, locks: [], counters: new Map(), blocks: new Map() };
}

function nothingSeen(inTransaction: boolean): Observation {
  const none = { held: [], scanned: [], rewritten: [], rowsWritten: [], changes: [], work: [], ms: 0 };
  return { kind: 'observed', inTransaction, ...none };
}

async function attempt(
  session: ObservationSession,
  sql: string,
): Promise<Extract<Observation, { kind: 'failed' }>['failure'] | null> {
  try {
    await session.main.query(sql);
    return null;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failure;
  }
}

const commit = (session: ObservationSession): ReturnType<typeof attempt> => attempt(session, 'COMMIT');

/** A deferred constraint speaks at the COMMIT; the last statement stands for it. */
function withCommit(
  observations: readonly Observation[],
  failure: Awaited<ReturnType<typeof attempt>>,
): readonly Observation[] {
  if (failure === null) return observations;
  return observations.map((one, i) => (i === observations.length - 1 ? { kind: 'failed', failure, ms: 0 } : one));
}
