import type { Statement } from '../../domain/migration/classify/statement.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { SqlConnection, SqlFailure } from '../../ports.ts';

/** A statement of the base that the throw-away server refused. */
export interface BaseFailure {
  readonly statement: Statement;
  readonly failure: SqlFailure;
}

const undefinedObject = '42704';

/**
 * Build the schema on which migrations are watched, statement by statement.
 *
 * Owners and grants of roles that only the real server has are passed over: they change neither locks nor rows.
 */
export async function layBase(
  statements: readonly Statement[],
  connection: SqlConnection,
): Promise<BaseFailure | null> {
  for (const statement of statements) {
    try {
      await connection.query(statement.sql);
    } catch (error) {
      const failure = sqlFailureOf(error);
      if (failure === null) throw error;
      if (failure.sqlState !== undefinedObject || !isAboutRoles(statement)) return { statement, failure };
    }
  }
  return null;
}

function isAboutRoles({ node }: Statement): boolean {
  return ['AlterOwnerStmt', 'GrantStmt', 'GrantRoleStmt', 'AlterDefaultPrivilegesStmt', 'AlterTableStmt'].some(
    (kind) => {
      if (!(kind in node)) return false;
      if (!('AlterTableStmt' in node)) return true;
      const commands = node.AlterTableStmt.cmds ?? [];
      return commands.every((one) => 'AlterTableCmd' in one && one.AlterTableCmd.subtype === 'AT_ChangeOwner');
    },
  );
}
