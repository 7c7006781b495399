const table = (name = 'TABLE_NAME'): string => `${name} <> ?`;

/** Of index and key columns, as text. */
const columnList = `GROUP_CONCAT(CONCAT('\`', COLUMN_NAME, '\`', IFNULL(CONCAT('(', SUB_PART, ')'), ''), IF(COLLATION = 'D', ' DESC', '')) ORDER BY SEQ_IN_INDEX)`;

/**
 * Every object of the database that is connected to, with its definition as text: `kind`, `name`, `definition`.
 *
 * Each query takes the name of the table that is left out. Who defined a view or a trigger belongs to the server.
 */
export const mariadbSchemaQueries: readonly string[] = [
  `SELECT LOWER(TABLE_TYPE) AS kind, TABLE_NAME AS name,
          CONCAT_WS(' ', ENGINE, ROW_FORMAT, TABLE_COLLATION, NULLIF(CREATE_OPTIONS, ''), NULLIF(TABLE_COMMENT, '')) AS definition
   FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW' AND ${table()}`,
  `SELECT 'column' AS kind, CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name,
          CONCAT_WS(' ', COLUMN_TYPE, COLLATION_NAME, IF(IS_NULLABLE = 'NO', 'not null', NULL), CONCAT('default ', COLUMN_DEFAULT),
            NULLIF(EXTRA, ''), CONCAT('as ', GENERATION_EXPRESSION), CONCAT('comment ', NULLIF(COLUMN_COMMENT, ''))) AS definition
   FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND ${table()}`,
  `SELECT 'column order' AS kind, TABLE_NAME AS name, GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) AS definition
   FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND ${table()} GROUP BY TABLE_NAME`,
  `SELECT 'index' AS kind, CONCAT(TABLE_NAME, '.', INDEX_NAME) AS name,
          CONCAT(IF(MAX(NON_UNIQUE) = 0, 'UNIQUE ', ''), MAX(INDEX_TYPE), ' (', ${columnList}, ')', IF(MAX(IGNORED) = 'YES', ' ignored', '')) AS definition
   FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND ${table()} GROUP BY TABLE_NAME, INDEX_NAME`,
  `SELECT 'foreign key' AS kind, CONCAT(r.TABLE_NAME, '.', r.CONSTRAINT_NAME) AS name,
          CONCAT('(', GROUP_CONCAT(k.COLUMN_NAME ORDER BY k.ORDINAL_POSITION), ') references ', r.REFERENCED_TABLE_NAME, ' (',
            GROUP_CONCAT(k.REFERENCED_COLUMN_NAME ORDER BY k.ORDINAL_POSITION), ') on update ', r.UPDATE_RULE, ' on delete ', r.DELETE_RULE) AS definition
   FROM information_schema.REFERENTIAL_CONSTRAINTS r JOIN information_schema.KEY_COLUMN_USAGE k
     ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.TABLE_NAME = r.TABLE_NAME AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME
   WHERE r.CONSTRAINT_SCHEMA = DATABASE() AND ${table('r.TABLE_NAME')}
   GROUP BY r.TABLE_NAME, r.CONSTRAINT_NAME, r.REFERENCED_TABLE_NAME, r.UPDATE_RULE, r.DELETE_RULE`,
  `SELECT 'check' AS kind, CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME) AS name, CHECK_CLAUSE AS definition
   FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND ${table()}`,
  `SELECT 'view' AS kind, TABLE_NAME AS name,
          CONCAT(REPLACE(VIEW_DEFINITION, CONCAT('\`', DATABASE(), '\`.'), ''), ' check ', CHECK_OPTION, ' security ', SECURITY_TYPE) AS definition
   FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND ${table()}`,
  `SELECT 'trigger' AS kind, CONCAT(EVENT_OBJECT_TABLE, '.', TRIGGER_NAME) AS name,
          CONCAT_WS(' ', ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT) AS definition
   FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND ${table('EVENT_OBJECT_TABLE')}`,
  `SELECT LOWER(r.ROUTINE_TYPE) AS kind, r.ROUTINE_NAME AS name,
          CONCAT_WS(' ', (SELECT GROUP_CONCAT(CONCAT_WS(' ', p.PARAMETER_MODE, p.PARAMETER_NAME, p.DTD_IDENTIFIER) ORDER BY p.ORDINAL_POSITION)
              FROM information_schema.PARAMETERS p WHERE p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME),
            r.IS_DETERMINISTIC, r.SQL_DATA_ACCESS, r.SECURITY_TYPE, r.ROUTINE_DEFINITION, NULLIF(r.ROUTINE_COMMENT, '')) AS definition
   FROM information_schema.ROUTINES r WHERE r.ROUTINE_SCHEMA = DATABASE() AND ${table('r.ROUTINE_NAME')}`,
  `SELECT 'event' AS kind, EVENT_NAME AS name,
          CONCAT_WS(' ', INTERVAL_VALUE, INTERVAL_FIELD, EXECUTE_AT, STATUS, EVENT_DEFINITION) AS definition
   FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND ${table('EVENT_NAME')}`,
  `SELECT 'access to' AS kind, CONCAT(TABLE_NAME, ' for ', GRANTEE) AS name, GROUP_CONCAT(PRIVILEGE_TYPE ORDER BY PRIVILEGE_TYPE) AS definition
   FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE() AND ${table()} GROUP BY TABLE_NAME, GRANTEE`,
  `SELECT 'access to' AS kind, CONCAT(TABLE_NAME, '.', COLUMN_NAME, ' for ', GRANTEE) AS name, GROUP_CONCAT(PRIVILEGE_TYPE ORDER BY PRIVILEGE_TYPE) AS definition
   FROM information_schema.COLUMN_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE() AND ${table()} GROUP BY TABLE_NAME, COLUMN_NAME, GRANTEE`,
];
