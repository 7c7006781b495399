import type { Node } from 'libpg-query';
import type { Action } from './actions.ts';
import { relationName } from './shapes.ts';

/** A statement that changes rows; null when it does not, as far as its text tells. */
export function writeOf(node: Node): Action | null {
  if ('UpdateStmt' in node) {
    const { relation, whereClause, fromClause = [] } = node.UpdateStmt;
    return {
      does: 'write',
      verb: 'update',
      table: relationName(relation),
      filtered: whereClause !== undefined,
      from: fromClause.length > 0,
    };
  }
  if ('DeleteStmt' in node) {
    const { relation, whereClause, usingClause = [] } = node.DeleteStmt;
    return {
      does: 'write',
      verb: 'delete',
      table: relationName(relation),
      filtered: whereClause !== undefined,
      from: usingClause.length > 0,
    };
  }
  if ('MergeStmt' in node) {
    return { does: 'write', verb: 'merge', table: relationName(node.MergeStmt.relation), filtered: false, from: true };
  }
  if ('InsertStmt' in node) {
    return {
      does: 'write',
      verb: 'insert',
      table: relationName(node.InsertStmt.relation),
      filtered: true,
      from: false,
    };
  }
  return null;
}

/** Code whose effects only execution shows. */
export function opaqueOf(node: Node): Action | null {
  if ('DoStmt' in node) return { does: 'opaque', by: 'a DO block' };
  if ('CallStmt' in node) return { does: 'opaque', by: 'CALL' };
  if ('SelectStmt' in node && JSON.stringify(node.SelectStmt).includes('"FuncCall"')) {
    return { does: 'opaque', by: 'a function' };
  }
  return null;
}
