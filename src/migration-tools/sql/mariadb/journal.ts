import type { AppliedMigration } from '../../../domain/migration/migration.ts';
import { textOf } from '../../../domain/migration/row.ts';
import { sqlFailureOf } from '../../../domain/migration/sql-failure.ts';
import type { SqlRow } from '../../../ports.ts';
import type { At } from '../engine.ts';
import type { Journal } from '../journal.ts';

/** The database is named, because a script may USE another one. */
async function tableOf({ connection, table }: At): Promise<string> {
  const [row] = await connection.query('SELECT DATABASE() AS name');
  return `${quote(textOf(row, 'name'))}.${quote(table)}`;
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export async function openJournal(at: At): Promise<Journal> {
  const table = await tableOf(at);
  const write = async (text: string, values?: Parameters<typeof at.connection.query>[1]): Promise<void> => {
    await at.connection.query(text, values);
  };
  return {
    create: async () =>
      await write(
        `CREATE TABLE IF NOT EXISTS ${table} (
           version varchar(100) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
           name varchar(255) NOT NULL,
           checksum varchar(64) NOT NULL,
           run_id varchar(255) NOT NULL,
           started_at datetime(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
           applied_at datetime(6),
           duration_ms bigint NOT NULL DEFAULT 0,
           statements_done int NOT NULL DEFAULT 0,
           done_checksum varchar(64) NOT NULL DEFAULT '',
           in_doubt boolean NOT NULL DEFAULT false,
           schema_before varchar(64)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
      ),
    record: async ({ version, name, checksum }, durationMs, runId) =>
      await write(
        `INSERT INTO ${table} (version, name, checksum, run_id, applied_at, duration_ms) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6), ?)`,
        [version, name, checksum, runId, Math.round(durationMs)],
      ),
    begin: async ({ version, name, checksum }, runId) =>
      await write(
        `INSERT INTO ${table} (version, name, checksum, run_id) VALUES (?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE name = VALUES(name), checksum = VALUES(checksum), run_id = VALUES(run_id)`,
        [version, name, checksum, runId],
      ),
    progress: async (version, { statementsDone, doneChecksum, inDoubt, schemaBefore }) =>
      await write(
        `UPDATE ${table} SET statements_done = ?, done_checksum = ?, in_doubt = ?, schema_before = ? WHERE version = ?`,
        [statementsDone, doneChecksum, inDoubt, schemaBefore ?? null, version],
      ),
    finish: async ({ version, checksum }, durationMs) =>
      await write(
        `UPDATE ${table} SET applied_at = UTC_TIMESTAMP(6), checksum = ?, duration_ms = duration_ms + ?, in_doubt = false WHERE version = ?`,
        [checksum, Math.round(durationMs), version],
      ),
    forget: async (version) => await write(`DELETE FROM ${table} WHERE version = ?`, [version]),
  };
}

const noSuchTable = '1146';

export async function readApplied(at: At): Promise<readonly AppliedMigration[]> {
  try {
    const rows = await at.connection.query(`SELECT * FROM ${await tableOf(at)} ORDER BY started_at, version`);
    return rows.map(appliedOf);
  } catch (error) {
    if (sqlFailureOf(error)?.sqlState === noSuchTable) return [];
    throw error;
  }
}

/** Times come as text without a zone, and are UTC. */
function appliedOf(row: SqlRow): AppliedMigration {
  const isUnfinished = row['applied_at'] === null;
  const moment = textOf(row, isUnfinished ? 'started_at' : 'applied_at');
  const schemaBefore = textOf(row, 'schema_before');
  return {
    version: textOf(row, 'version'),
    name: textOf(row, 'name'),
    checksum: textOf(row, 'checksum'),
    appliedAt: new Date(`${moment.replace(' ', 'T').slice(0, 23)}Z`).toISOString(),
    durationMs: Number(textOf(row, 'duration_ms')),
    unfinished: isUnfinished
      ? {
          statementsDone: Number(textOf(row, 'statements_done')),
          doneChecksum: textOf(row, 'done_checksum'),
          inDoubt: textOf(row, 'in_doubt') === '1',
          ...(schemaBefore === '' ? {} : { schemaBefore }),
        }
      : null,
  };
}
