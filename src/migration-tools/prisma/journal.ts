import type { AppliedMigration, Migration, Progress } from '../../domain/migration/migration.ts';
import { textOf } from '../../domain/migration/row.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { SqlRow, SqlValue } from '../../ports.ts';
import type { Journal } from '../sql/journal.ts';
import type { MigrationView } from '../tool.ts';
import { prismaTable } from './table.ts';

type At = Pick<MigrationView, 'connection' | 'dialect'>;

/** Of a migration, as Prisma names it: the folder. */
function folderOf({ version, name }: Pick<Migration, 'version' | 'name'>): string {
  return name === '' ? version : `${version}_${name}`;
}

/**
 * Prisma's table of applied migrations, written as its own engine does, so that `prisma migrate status` agrees.
 *
 * How far a script came that runs statement by statement stands in `logs` of a row that is not finished, which
 * Prisma takes for a failed migration, and shows.
 */
export async function openPrismaJournal({ connection, dialect }: At): Promise<Journal> {
  const { name: table, create, value, now, id } = prismaTable(dialect);
  const write = async (text: string, values: readonly SqlValue[] = []): Promise<void> => {
    await connection.query(text, values);
  };
  /** By the version alone: the rest of the name is not known where a migration is forgotten. */
  const where = (n: number): string =>
    `(migration_name = ${value(n)} OR migration_name LIKE ${value(n + 1)}) AND rolled_back_at IS NULL`;
  const of = (version: string): readonly SqlValue[] => [version, String.raw`${version}\_%`];
  return {
    create: async () => await write(create),
    async record(migration, durationMs) {
      await write(
        `INSERT INTO ${table} (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES (${id}, ${value(1)}, ${value(2)}, ${now}, ${now}, 1)`,
        [migration.checksum, folderOf(migration)],
      );
      await write(
        dialect.engine === 'postgres'
          ? `UPDATE ${table} SET started_at = started_at - ${value(1)}::bigint * interval '1 ms' WHERE migration_name = ${value(2)} AND rolled_back_at IS NULL`
          : `UPDATE ${table} SET started_at = started_at - INTERVAL ${value(1)} * 1000 MICROSECOND WHERE migration_name = ${value(2)} AND rolled_back_at IS NULL`,
        [Math.round(durationMs), folderOf(migration)],
      );
    },
    async begin(migration) {
      const found = await connection.query(
        `SELECT id FROM ${table} WHERE migration_name = ${value(1)} AND rolled_back_at IS NULL`,
        [folderOf(migration)],
      );
      if (found.length > 0) return;
      await write(
        `INSERT INTO ${table} (id, checksum, migration_name, started_at) VALUES (${id}, ${value(1)}, ${value(2)}, ${now})`,
        [migration.checksum, folderOf(migration)],
      );
    },
    progress: async (version, progress) =>
      await write(`UPDATE ${table} SET logs = ${value(1)}, applied_steps_count = ${value(2)} WHERE ${where(3)}`, [
        `fairway: ${JSON.stringify(progress)}`,
        progress.statementsDone,
        ...of(version),
      ]),
    finish: async ({ version, checksum }) =>
      await write(
        `UPDATE ${table} SET finished_at = ${now}, checksum = ${value(1)}, logs = NULL, applied_steps_count = 1 WHERE ${where(2)}`,
        [checksum, ...of(version)],
      ),
    forget: async (version) => await write(`DELETE FROM ${table} WHERE ${where(1)}`, of(version)),
  };
}

/** What a database has; nothing where the table is absent. What was rolled back by hand does not count. */
export async function readPrismaJournal({ connection, dialect }: At): Promise<readonly AppliedMigration[]> {
  const { name: table, noSuchTable } = prismaTable(dialect);
  const text = (column: string): string =>
    dialect.engine === 'postgres' ? `${column}::text` : `CAST(${column} AS CHAR)`;
  const seconds =
    dialect.engine === 'postgres'
      ? 'extract(epoch FROM finished_at - started_at) * 1000'
      : 'TIMESTAMPDIFF(MICROSECOND, started_at, finished_at) / 1000';
  const moment =
    dialect.engine === 'postgres'
      ? `to_char(coalesce(finished_at, started_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
      : `DATE_FORMAT(coalesce(finished_at, started_at), '%Y-%m-%dT%H:%i:%s.000Z')`;
  try {
    const rows = await connection.query(
      `SELECT migration_name AS folder, checksum, ${moment} AS moment, ${text('logs')} AS logs,
              finished_at IS NULL AS is_open, ${seconds} AS ms
       FROM ${table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
    );
    return rows.map(appliedOf);
  } catch (error) {
    if (sqlFailureOf(error)?.sqlState === noSuchTable) return [];
    throw error;
  }
}

function appliedOf(row: SqlRow): AppliedMigration {
  const [, version = '', name = ''] = /^(\d+)_?(.*)$/.exec(textOf(row, 'folder')) ?? [undefined, textOf(row, 'folder')];
  const isOpen = ['true', '1'].includes(textOf(row, 'is_open'));
  return {
    version,
    name,
    checksum: textOf(row, 'checksum'),
    appliedAt: textOf(row, 'moment'),
    durationMs: isOpen ? 0 : Math.max(0, Math.round(Number(textOf(row, 'ms')))),
    unfinished: isOpen ? progressIn(textOf(row, 'logs')) : null,
  };
}

/** Begun by Prisma itself, nobody knows how far it came: it is begun anew, and a repeated statement will say so. */
function progressIn(logs: string): Progress {
  const own = /^fairway: (\{.*\})$/s.exec(logs)?.[1];
  return own === undefined ? { statementsDone: 0, doneChecksum: '', inDoubt: false } : (JSON.parse(own) as Progress);
}
