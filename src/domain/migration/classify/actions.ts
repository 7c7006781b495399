import type { AlterTableCmd, AlterTableStmt, Node, RangeVar } from 'libpg-query';
import type { ColumnShape, ConstraintShape } from './shapes.ts';
import { columnShape, constraintShape, nameParts, relationName, stringOf } from './shapes.ts';
import { opaqueOf, writeOf } from './row-actions.ts';
import type { Statement } from './statement.ts';

/** What a statement asks for, in the words of the rules; one ALTER TABLE may ask for several things. */
export type Action =
  | { readonly does: 'add-column'; readonly table: string; readonly column: ColumnShape; readonly index: number }
  | { readonly does: 'drop-column'; readonly table: string; readonly column: string; readonly cascade: boolean }
  | { readonly does: 'set-not-null' | 'drop-not-null'; readonly table: string; readonly column: string }
  | { readonly does: 'set-default' | 'drop-default'; readonly table: string; readonly column: string }
  | { readonly does: 'change-type'; readonly table: string; readonly column: string; readonly type: string }
  | {
      readonly does: 'add-constraint';
      readonly table: string;
      readonly constraint: ConstraintShape;
      readonly index: number;
    }
  | { readonly does: 'validate' | 'drop-constraint'; readonly table: string; readonly constraint: string }
  | { readonly does: 'attach'; readonly table: string; readonly partition: string }
  | { readonly does: 'detach'; readonly table: string; readonly partition: string; readonly concurrently: boolean }
  | { readonly does: 'rewrite'; readonly table: string; readonly by: string }
  | { readonly does: 'enable-row-security' | 'disable-trigger'; readonly table: string }
  | {
      readonly does: 'create-index';
      readonly table: string;
      readonly name: string | null;
      readonly unique: boolean;
      readonly concurrently: boolean;
      readonly columns: number;
      readonly method: string;
    }
  | { readonly does: 'reindex'; readonly concurrently: boolean }
  | {
      readonly does: 'drop';
      readonly object: string;
      readonly names: readonly string[];
      readonly cascade: boolean;
      readonly concurrently: boolean;
    }
  | {
      readonly does: 'rename';
      readonly object: string;
      readonly table: string | null;
      readonly from: string;
      readonly to: string;
    }
  | { readonly does: 'truncate'; readonly tables: readonly string[]; readonly cascade: boolean }
  | {
      readonly does: 'write';
      readonly verb: 'insert' | 'update' | 'delete' | 'merge';
      readonly table: string;
      readonly filtered: boolean;
      readonly from: boolean;
    }
  | {
      readonly does: 'create-table';
      readonly table: string;
      readonly columns: readonly ColumnShape[];
      readonly constraints: readonly ConstraintShape[];
      readonly temporary: boolean;
    }
  | { readonly does: 'refresh'; readonly view: string; readonly concurrently: boolean }
  | { readonly does: 'opaque'; readonly by: string }
  | { readonly does: 'other'; readonly kind: string };

/** Take a statement apart; never empty. */
export function actionsOf(statement: Statement): readonly Action[] {
  const { node } = statement;
  if ('AlterTableStmt' in node) return alterTable(node.AlterTableStmt);
  return [actionOf(node)];
}

function alterTable(alter: AlterTableStmt): readonly Action[] {
  const table = relationName(alter.relation);
  if (alter.objtype === 'OBJECT_VIEW' || alter.objtype === 'OBJECT_TYPE')
    return [{ does: 'other', kind: 'AlterTableStmt' }];
  return (alter.cmds ?? []).flatMap((cmd, index) =>
    'AlterTableCmd' in cmd ? [command(table, cmd.AlterTableCmd, index)] : [],
  );
}

const rewriters: Readonly<Record<string, string>> = {
  AT_SetLogged: 'SET LOGGED',
  AT_SetUnLogged: 'SET UNLOGGED',
  AT_SetTableSpace: 'SET TABLESPACE',
  AT_SetAccessMethod: 'SET ACCESS METHOD',
  AT_SetExpression: 'SET EXPRESSION',
};

function command(table: string, cmd: AlterTableCmd, index: number): Action {
  const name = cmd.name ?? '';
  const def = cmd.def;
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      if (def && 'ColumnDef' in def) return { does: 'add-column', table, column: columnShape(def.ColumnDef), index };
      break;
    case 'AT_DropColumn':
      return { does: 'drop-column', table, column: name, cascade: cmd.behavior === 'DROP_CASCADE' };
    case 'AT_SetNotNull':
      return { does: 'set-not-null', table, column: name };
    case 'AT_DropNotNull':
      return { does: 'drop-not-null', table, column: name };
    case 'AT_ColumnDefault':
      return { does: def === undefined ? 'drop-default' : 'set-default', table, column: name };
    case 'AT_AlterColumnType':
      if (def && 'ColumnDef' in def) {
        return { does: 'change-type', table, column: name, type: columnShape(def.ColumnDef).type };
      }
      break;
    case 'AT_AddConstraint':
      if (def && 'Constraint' in def) {
        return { does: 'add-constraint', table, constraint: constraintShape(def.Constraint), index };
      }
      break;
    case 'AT_ValidateConstraint':
      return { does: 'validate', table, constraint: name };
    case 'AT_DropConstraint':
      return { does: 'drop-constraint', table, constraint: name };
    case 'AT_AttachPartition':
    case 'AT_DetachPartition': {
      const part = def && 'PartitionCmd' in def ? def.PartitionCmd : undefined;
      const partition = relationName(part?.name);
      if (cmd.subtype === 'AT_AttachPartition') return { does: 'attach', table, partition };
      return { does: 'detach', table, partition, concurrently: part?.concurrent === true };
    }
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
    case 'AT_SetExpression':
      return { does: 'rewrite', table, by: rewriters[cmd.subtype] ?? cmd.subtype };
    case 'AT_EnableRowSecurity':
      return { does: 'enable-row-security', table };
    case 'AT_DisableTrig':
    case 'AT_DisableTrigAll':
    case 'AT_DisableTrigUser':
      return { does: 'disable-trigger', table };
    default:
  }
  return { does: 'other', kind: cmd.subtype ?? 'AlterTableCmd' };
}

function actionOf(node: Node): Action {
  if ('IndexStmt' in node) {
    const index = node.IndexStmt;
    return {
      does: 'create-index',
      table: relationName(index.relation),
      name: index.idxname ?? null,
      unique: index.unique === true,
      concurrently: index.concurrent === true,
      columns: index.indexParams?.length ?? 0,
      method: index.accessMethod ?? 'btree',
    };
  }
  if ('DropStmt' in node) {
    const { removeType = 'OBJECT_TABLE', objects = [], behavior, concurrent } = node.DropStmt;
    return {
      does: 'drop',
      object: removeType
        .replace('OBJECT_', '')
        .replaceAll('_', ' ')
        .toLowerCase()
        .replace('matview', 'materialized view'),
      names: objects.map((one) => nameParts(one).join('.')),
      cascade: behavior === 'DROP_CASCADE',
      concurrently: concurrent === true,
    };
  }
  if ('RenameStmt' in node) {
    const { renameType = 'OBJECT_TABLE', relation, subname, newname = '', object } = node.RenameStmt;
    const kind = renameType
      .replace('OBJECT_', '')
      .toLowerCase()
      .replace('tabconstraint', 'constraint')
      .replace('matview', 'materialized view');
    const table = relation === undefined ? null : relationName(relation);
    const from = subname ?? table ?? (object === undefined ? '' : nameParts(object).join('.'));
    return { does: 'rename', object: kind, table: subname === undefined ? null : table, from, to: newname };
  }
  if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal !== undefined) {
    const { oldVal, newVal = '', typeName = [] } = node.AlterEnumStmt;
    return { does: 'rename', object: 'enum value', table: typeName.map(stringOf).join('.'), from: oldVal, to: newVal };
  }
  if ('TruncateStmt' in node) {
    const { relations = [], behavior } = node.TruncateStmt;
    const tables = relations.map((one) => ('RangeVar' in one ? relationName(one.RangeVar) : ''));
    return { does: 'truncate', tables, cascade: behavior === 'DROP_CASCADE' };
  }
  if ('ReindexStmt' in node) {
    const options = node.ReindexStmt.params ?? [];
    const concurrently = options.some((one) => 'DefElem' in one && one.DefElem.defname === 'concurrently');
    return { does: 'reindex', concurrently };
  }
  if ('CreateStmt' in node) {
    const elements = node.CreateStmt.tableElts ?? [];
    return {
      does: 'create-table',
      table: relationName(node.CreateStmt.relation),
      columns: elements.flatMap((one) => ('ColumnDef' in one ? [columnShape(one.ColumnDef)] : [])),
      constraints: elements.flatMap((one) => ('Constraint' in one ? [constraintShape(one.Constraint)] : [])),
      temporary: node.CreateStmt.relation?.relpersistence === 't',
    };
  }
  if ('RefreshMatViewStmt' in node) {
    const { relation, concurrent } = node.RefreshMatViewStmt;
    return { does: 'refresh', view: relationName(relation), concurrently: concurrent === true };
  }
  if ('RepackStmt' in node || 'ClusterStmt' in node) {
    const relation = 'ClusterStmt' in node ? (node.ClusterStmt as { relation?: RangeVar }).relation : undefined;
    return { does: 'rewrite', table: relationName(relation), by: 'CLUSTER' };
  }
  if ('VacuumStmt' in node) {
    const full = (node.VacuumStmt.options ?? []).some((one) => 'DefElem' in one && one.DefElem.defname === 'full');
    const [first] = node.VacuumStmt.rels ?? [];
    const table = first && 'VacuumRelation' in first ? relationName(first.VacuumRelation.relation) : 'every table';
    return full ? { does: 'rewrite', table, by: 'VACUUM FULL' } : { does: 'other', kind: 'VacuumStmt' };
  }
  return writeOf(node) ?? opaqueOf(node) ?? { does: 'other', kind: Object.keys(node)[0] ?? 'unknown' };
}
