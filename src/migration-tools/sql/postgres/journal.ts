import { sqlFailureOf } from '../../../domain/migration/sql-failure.ts';
import type { AppliedMigration } from '../../../domain/migration/migration.ts';
import type { SqlRow } from '../../../ports.ts';
import type { At } from '../engine.ts';
import type { Journal } from '../journal.ts';

/** The schema is named, because a script may change the search path. */
async function tableOf({ connection, table }: At): Promise<string> {
  const [row] = await connection.query(`SELECT quote_ident(current_schema()) || '.' || quote_ident($1) AS name`, [
    table,
  ]);
  return String(row?.['name']);
}

export async function openJournal(at: At): Promise<Journal> {
  const table = await tableOf(at);
  const { connection } = at;
  const write = async (text: string, values?: Parameters<typeof connection.query>[1]): Promise<void> => {
    await connection.query(text, values);
  };
  return {
    async create() {
      await write(
        `CREATE TABLE IF NOT EXISTS ${table} (
           version text PRIMARY KEY,
           name text NOT NULL,
           checksum text NOT NULL,
           run_id text NOT NULL,
           started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
           applied_at timestamptz,
           duration_ms bigint NOT NULL DEFAULT 0,
           statements_done integer NOT NULL DEFAULT 0,
           done_checksum text NOT NULL DEFAULT '',
           in_doubt boolean NOT NULL DEFAULT false)`,
      );
    },
    record: async ({ version, name, checksum }, durationMs, runId) =>
      await write(
        `INSERT INTO ${table} (version, name, checksum, run_id, started_at, applied_at, duration_ms)
         VALUES ($1, $2, $3, $4, clock_timestamp() - $5::bigint * interval '1 ms', clock_timestamp(), $5::bigint)`,
        [version, name, checksum, runId, Math.round(durationMs)],
      ),
    begin: async ({ version, name, checksum }, runId) =>
      await write(
        `INSERT INTO ${table} (version, name, checksum, run_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (version) DO UPDATE SET name = $2, checksum = $3, run_id = $4`,
        [version, name, checksum, runId],
      ),
    progress: async (version, { statementsDone, doneChecksum, inDoubt }) =>
      await write(`UPDATE ${table} SET statements_done = $2, done_checksum = $3, in_doubt = $4 WHERE version = $1`, [
        version,
        statementsDone,
        doneChecksum,
        inDoubt,
      ]),
    finish: async ({ version, checksum }, durationMs) =>
      await write(
        `UPDATE ${table} SET applied_at = clock_timestamp(), checksum = $2, duration_ms = duration_ms + $3, in_doubt = false
         WHERE version = $1`,
        [version, checksum, Math.round(durationMs)],
      ),
    forget: async (version) => await write(`DELETE FROM ${table} WHERE version = $1`, [version]),
  };
}

/** What a database has; nothing where the table is absent. */
export async function readApplied(at: At): Promise<readonly AppliedMigration[]> {
  const table = await tableOf(at);
  try {
    const rows = await at.connection.query(`SELECT * FROM ${table} ORDER BY started_at, version`);
    return rows.map(appliedOf);
  } catch (error) {
    if (sqlFailureOf(error)?.sqlState === '42P01' || sqlFailureOf(error)?.sqlState === '3F000') return [];
    throw error;
  }
}

function appliedOf(row: SqlRow): AppliedMigration {
  const isUnfinished = row['applied_at'] === null;
  const moment = (row['applied_at'] ?? row['started_at']) as Date;
  return {
    version: String(row['version']),
    name: String(row['name']),
    checksum: String(row['checksum']),
    appliedAt: moment.toISOString(),
    durationMs: Number(row['duration_ms']),
    unfinished: isUnfinished
      ? {
          statementsDone: Number(row['statements_done']),
          doneChecksum: String(row['done_checksum']),
          inDoubt: row['in_doubt'] === true,
        }
      : null,
  };
}
