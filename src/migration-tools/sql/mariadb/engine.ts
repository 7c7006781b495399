import { checksumOf } from '../../../domain/migration/checksum.ts';
import { textOf } from '../../../domain/migration/row.ts';
import type { SqlConnection } from '../../../ports.ts';
import type { SqlEngine } from '../engine.ts';
import { openJournal, readApplied } from './journal.ts';

/**
 * A change of the schema is atomic in MariaDB from 10.6 on, but commits by itself: whether an interrupted one happened
 * is seen by whether the schema is still the one from before it. What changes no schema may be run again.
 */
export const mariadbEngine: SqlEngine = {
  openJournal,
  readApplied,
  markBefore: async (connection, table) => ({ schemaBefore: await schemaOf(connection, table) }),
  hasTakenEffect: async (_statement, before, connection, table) =>
    before.schemaBefore !== undefined && before.schemaBefore !== (await schemaOf(connection, table)),
  removeRemains: async () => undefined,
  patiently: async (_connection, work) => await work(),
};

const parts = [
  `SELECT CONCAT_WS('|', 'c', TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION, COLLATION_NAME, COLUMN_COMMENT) AS line
   FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 't', TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT)
   FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'i', TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, SUB_PART, INDEX_TYPE, IGNORED)
   FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'k', TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE)
   FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'f', TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_NAME, UPDATE_RULE, DELETE_RULE)
   FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'x', TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE)
   FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'v', TABLE_NAME, VIEW_DEFINITION, SECURITY_TYPE)
   FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'g', TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_TIMING, ACTION_STATEMENT)
   FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE <> ?`,
  `SELECT CONCAT_WS('|', 'r', ROUTINE_TYPE, ROUTINE_NAME, DTD_IDENTIFIER, ROUTINE_DEFINITION, SECURITY_TYPE)
   FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_NAME <> ?`,
  `SELECT CONCAT_WS('|', 'e', EVENT_NAME, EVENT_DEFINITION, STATUS)
   FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND EVENT_NAME <> ?`,
];

async function schemaOf(connection: SqlConnection, table: string): Promise<string> {
  const lines: string[] = [];
  for (const part of parts) {
    const rows = await connection.query(part, [table]);
    lines.push(...rows.map((row) => textOf({ line: Object.values(row)[0] }, 'line')).toSorted());
  }
  return await checksumOf(lines.join('\n'));
}
