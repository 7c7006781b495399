import { listed, note, review, type Rule } from '../rule.ts';

export const cascades: Rule = {
  id: 'cascade',
  title: 'CASCADE takes along what the file does not name',
  problem: 'Which objects go depends on the database; on the target there may be more than on the copy.',
  instead: 'Drop by name what is to go, without CASCADE.',
  example: {
    given:
      "CREATE TYPE shelf AS ENUM ('a'); CREATE FUNCTION first_shelf() RETURNS shelf LANGUAGE sql AS $$SELECT 'a'::shelf$$",
    sql: 'DROP TYPE shelf CASCADE',
  },
  lint(action) {
    const isCascade =
      (action.does === 'drop' || action.does === 'drop-column' || action.does === 'truncate') && action.cascade;
    return isCascade ? review('CASCADE may take along more on the target than on the copy.') : null;
  },
};

export const longName: Rule = {
  id: 'long-name',
  title: 'A name longer than 63 bytes is cut without a word',
  problem: 'The object gets another name than the file says; a later statement may hit a different object or none.',
  instead: 'Use at most 63 bytes.',
  example: {
    given: '',
    sql: 'CREATE TABLE the_books_that_were_sold_in_the_shop_at_the_corner_of_the_market_square (id bigint PRIMARY KEY)',
  },
  lint(_action, { statement }) {
    // Names are words here; what stands in quotes as a value is none.
    if (!/\w{64}/.test(statement.sql)) return null;
    const [found] = statement.sql.replaceAll(/'(?:[^']|'')*'/g, '').match(/\b[A-Za-z_]\w{63,}\b/) ?? [];
    return found === undefined ? null : review(`${found} is cut after 63 bytes.`);
  },
};

export const ownTransaction: Rule = {
  id: 'own-transaction',
  title: 'The file controls a transaction that the runner makes',
  problem:
    'A COMMIT in the middle ends the transaction of the runner: what follows is no longer undone when something fails.',
  instead: 'Leave BEGIN and COMMIT to the runner, or run the file without a transaction.',
  example: {
    given: '',
    sql: 'CREATE TABLE books (id bigint PRIMARY KEY);\nCOMMIT',
    wrapping: 'file',
  },
  lint(_action, { statement, wrapping }) {
    const controls = 'TransactionStmt' in statement.node && wrapping !== 'none';
    return controls ? review('Controls a transaction that the runner makes.') : null;
  },
};

export const domainCheck: Rule = {
  id: 'domain-check',
  title: 'A CHECK on a domain is checked in every table that uses it',
  problem:
    'Adding one reads all those tables, under locks that stop writers; adding a column of such a domain writes its table again.',
  instead: 'Put the CHECK on the column, NOT VALID first.',
  example: { given: '', sql: 'CREATE DOMAIN isbn AS text CHECK (length(VALUE) = 13)' },
  lint(_action, { statement: { node } }) {
    const makes = 'CreateDomainStmt' in node && (node.CreateDomainStmt.constraints ?? []).length > 0;
    const adds = 'AlterDomainStmt' in node && node.AlterDomainStmt.subtype === 'AD_AddConstraint';
    return makes || adds ? review('A CHECK on a domain binds every table that will ever use it.') : null;
  },
};

export const openDefiner: Rule = {
  id: 'definer-search-path',
  title: 'SECURITY DEFINER without a search_path of its own',
  problem: 'The function runs with the rights of its owner, and finds tables and operators where the caller says.',
  instead: 'Add SET search_path = pg_catalog, public.',
  example: {
    given: '',
    sql: "CREATE FUNCTION one() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
  },
  lint(_action, { statement: { node } }) {
    if (!('CreateFunctionStmt' in node)) return null;
    const options = JSON.stringify(node.CreateFunctionStmt.options ?? []);
    const isDefiner = /"defname":"security","arg":\{"Boolean":\{"boolval":true/.test(options);
    return isDefiner && !options.includes('search_path')
      ? review('Runs as its owner, with the search_path of its caller.')
      : null;
  },
};

export const timeoutOff: Rule = {
  id: 'timeout-off',
  title: 'A timeout is switched off',
  problem:
    'Without lock_timeout a statement waits behind one long query, and every new query waits behind the statement.',
  instead: 'Leave lock_timeout to the runner, or set a short one.',
  example: { given: '', sql: 'SET lock_timeout = 0' },
  lint(_action, { statement: { node } }) {
    if (!('VariableSetStmt' in node)) return null;
    const { name = '', args = [] } = node.VariableSetStmt;
    const [first] = args;
    const value = first !== undefined && 'A_Const' in first ? first.A_Const : undefined;
    const isZero =
      value !== undefined && (value.sval?.sval === '0' || (value.ival !== undefined && (value.ival.ival ?? 0) === 0));
    return ['lock_timeout', 'statement_timeout'].includes(name) && isZero ? review(`${name} is switched off.`) : null;
  },
};

export const locksByHand: Rule = {
  id: 'lock-by-hand',
  title: 'LOCK TABLE',
  problem: 'The lock stays until the end of the transaction, whatever the statements behind it need.',
  instead: 'Let each statement take the lock that it needs.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY)',
    sql: 'LOCK TABLE books IN SHARE MODE',
    wrapping: 'file',
  },
  lint: (_action, { statement }) =>
    'LockStmt' in statement.node ? review('Locks by hand until the end of the transaction.') : null,
};

export const revokes: Rule = {
  id: 'revoke',
  title: 'A right is taken away',
  problem: 'The running release may need it until the end of the rollout.',
  instead: 'Revoke in a contract step.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY)',
    sql: 'REVOKE SELECT ON books FROM PUBLIC',
  },
  aboutOldRelease: true,
  lint(_action, { statement: { node } }) {
    const takes =
      ('GrantStmt' in node && node.GrantStmt.is_grant !== true) ||
      ('GrantRoleStmt' in node && node.GrantRoleStmt.is_grant !== true);
    return takes ? review('Takes a right away that the running release may need.') : null;
  },
};

export const deletesRows: Rule = {
  id: 'deletes-rows',
  title: 'Rows are deleted by a migration',
  problem: 'No down script brings them back.',
  instead: 'Copy them to a table of their own first, or let the application stop using them.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY)',
    sql: 'DELETE FROM books WHERE id = 7',
  },
  lint: (action, { newTables }) =>
    action.does === 'write' && action.verb === 'delete' && !newTables.has(action.table)
      ? review(`Rows of ${action.table} are gone; no down script brings them back.`)
      : null,
};

export const unlogged: Rule = {
  id: 'unlogged-table',
  title: 'An unlogged table is empty after a crash, and on every replica',
  problem: 'It is not in the write-ahead log.',
  instead: 'Leave UNLOGGED out.',
  example: { given: '', sql: 'CREATE UNLOGGED TABLE visits (id bigint PRIMARY KEY)' },
  lint(_action, { statement: { node } }) {
    const made = 'CreateStmt' in node && node.CreateStmt.relation?.relpersistence === 'u';
    return made ? review('The table is empty after a crash, and on every replica.') : null;
  },
};

export const wideIndex: Rule = {
  id: 'wide-index',
  title: 'An index of more than three columns',
  problem: 'Each write pays for it, and few queries use more than its first columns.',
  instead: 'Look which queries need it.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, a int, b int, c int, d int)',
    sql: 'CREATE INDEX CONCURRENTLY books_abcd ON books (a, b, c, d)',
    wrapping: 'none',
  },
  lint: (action) =>
    action.does === 'create-index' && action.columns > 3 ? note(`Has ${action.columns} columns.`) : null,
};

export const maybeInvalid: Rule = {
  id: 'index-if-not-exists',
  title: 'IF NOT EXISTS takes an invalid index for a good one',
  problem:
    'A CREATE INDEX CONCURRENTLY that was interrupted leaves an invalid index under its name; the next try finds it and does nothing.',
  instead: 'Leave IF NOT EXISTS out; Fairway mends invalid indexes when it applies.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, a int)',
    sql: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS books_a ON books (a)',
    wrapping: 'none',
  },
  lint(_action, { statement: { node } }) {
    const index = 'IndexStmt' in node ? node.IndexStmt : null;
    return index?.concurrent === true && index.if_not_exists === true
      ? note('Does nothing when an invalid index has the name.')
      : null;
  },
};

export const unorderedEnum: Rule = {
  id: 'enum-value-order',
  title: 'A value is added to an enum without a place',
  problem: 'It sorts last, and its place cannot be changed later.',
  instead: 'Say BEFORE or AFTER.',
  example: { given: "CREATE TYPE shelf AS ENUM ('front')", sql: "ALTER TYPE shelf ADD VALUE 'back'" },
  lint(_action, { statement: { node } }) {
    const alter = 'AlterEnumStmt' in node ? node.AlterEnumStmt : null;
    const isOpen = alter !== null && alter.oldVal === undefined && alter.newValNeighbor === undefined;
    return isOpen ? note(`'${listed([alter.newVal ?? ''])}' sorts behind all others.`) : null;
  },
};
