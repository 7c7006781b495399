import { byTransaction } from '../../domain/migration/classify/by-transaction.ts';
import { labelOf } from '../../domain/migration/migration.ts';
import type { Place } from '../../domain/migration/script.ts';
import { migrateApply } from '../migrate.ts';
import type { Migrations, RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts } from './input.ts';

/** A statement that a program sent; its line is its number. */
export interface SentStatement {
  readonly text: string;
  readonly statement: string;
  readonly place: Place;
  readonly migration: string;
}

/** Tools look around before they work, and may be refused there. */
const onlyReads =
  /^(SHOW|DESC|DESCRIBE|EXPLAIN)\b|^SELECT\b(?![^]*\bINTO\b)([^]*\bFROM\b|\s+(@@|1\b|version|current_))/i;

/** How our own session is told from those of the program: it has the lock. */
const takesLock = /pg_try_advisory_lock|GET_LOCK\(CONCAT\('fairway:'/;

/**
 * What the programs of the pending migrations send: they run once more on a copy of the base, where the server's log is
 * read, once for a rehearsal. Each statement by itself, without the transactions around it; what only looks, or is sent
 * with parameters and so about rows, is left out.
 */
export async function sentStatements(
  databases: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<readonly SentStatement[]> {
  const known = sent.get(databases) ?? captureSent(databases, input, ports);
  sent.set(databases, known);
  return await known;
}

const sent = new WeakMap<RehearsalDatabases, Promise<readonly SentStatement[]>>();

async function captureSent(
  { server, base, role, pending }: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<readonly SentStatement[]> {
  const copy = 'fairway_sent';
  const migrations = input.migrations as Migrations;
  const { dialect } = migrations;
  await server.create(copy, base);
  try {
    await server.record(copy);
    const since = await server.mark();
    await migrateApply(
      { ...migrations, url: server.url(copy, 'fairway', role), runId: input.runId, lockWaitMs: 0 },
      ports,
    );
    const recorded = await server.recordedQueries(since);
    const refused = new Set((await server.failedQueries(since)).map(({ query }) => query));
    const ours = new Set(recorded.filter(({ query }) => takesLock.test(query)).map(({ session }) => session));
    const sent = recorded.filter(
      ({ session, query, parameters }) => !ours.has(session) && parameters === null && !refused.has(query),
    );
    const last = pending.at(-1);
    return byTransaction(sent, dialect.engine)
      .flatMap(({ query }) => dialect.split(query).statements)
      .filter((statement) => dialect.transactionControl(statement) === null && !onlyReads.test(statement.text))
      .map(({ text }, i) => ({
        text,
        statement: text,
        place: { path: `what ${last === undefined ? '' : labelOf(last)} sent`, line: i + 1, column: 1 },
        migration: last === undefined ? '' : labelOf(last),
      }));
  } finally {
    await server.drop(copy);
  }
}
