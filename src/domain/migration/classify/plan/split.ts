import type { Node } from 'libpg-query';
import { actionsOf } from '../actions.ts';
import { inBatches } from '../safer/backfill.ts';
import { plain, quoted } from '../safer/pieces.ts';
import { relationName, stringOf } from '../shapes.ts';
import type { Statement } from '../statement.ts';
import { impossible, type Steps } from './facts.ts';
import type { FactsOf } from './statement.ts';

interface Moved {
  readonly from: string;
  readonly to: string;
}

interface SplitShape {
  readonly source: string;
  readonly target: string;
  /** Column of the target that holds the source's key, and must be unique there. */
  readonly key: Moved;
  readonly columns: readonly Moved[];
}

/**
 * Plan the split of a table: CREATE TABLE, INSERT ... SELECT from the old one, and the columns dropped there.
 *
 * Null when the file is no split. Triggers carry every write of either table to the other until the contract step;
 * each stops where nothing would change, so that they do not wake each other for ever.
 */
export function planSplit(statements: readonly Statement[], factsOf: FactsOf): Steps | null {
  const made = statements.find((one) => actionsOf(one)[0]?.does === 'create-table');
  const filled = statements.find((one) => 'InsertStmt' in one.node);
  const drops = statements.filter((one) => actionsOf(one).some((action) => action.does === 'drop-column'));
  if (made === undefined || filled === undefined || drops.length === 0) return null;
  if (statements.length !== drops.length + 2) return null;
  const shape = shapeOf(filled, factsOf);
  if (shape === null)
    return impossible('its INSERT ... SELECT is not a plain list of columns that holds the primary key');
  const { source, target, key, columns } = shape;
  const gone = drops.flatMap((one) =>
    actionsOf(one).flatMap((action) => (action.does === 'drop-column' ? [action.column] : [])),
  );
  if (!gone.every((name) => columns.some((one) => one.from === name)))
    return impossible('it drops columns that were not moved');
  const [from, to] = [quoted(source), quoted(target)];
  const names = [key.to, ...columns.map((one) => one.to)].map(quoted).join(', ');
  const list = (of: (one: Moved) => string): string => columns.map(of).join(', ');
  const forth = quoted(`fairway_split_${plain(source)}_${plain(target)}`.slice(0, 60));
  const back = quoted(`fairway_split_${plain(target)}_${plain(source)}_back`.slice(0, 63));
  const insert = `INSERT INTO ${to} (${names}) VALUES (NEW.${quoted(key.from)}, ${list((one) => `NEW.${quoted(one.from)}`)})
  ON CONFLICT (${quoted(key.to)}) DO UPDATE SET ${list((one) => `${quoted(one.to)} = EXCLUDED.${quoted(one.to)}`)}
  WHERE (${list((one) => `${to}.${quoted(one.to)}`)}) IS DISTINCT FROM (${list((one) => `EXCLUDED.${quoted(one.to)}`)});`;
  const update = `UPDATE ${from} SET ${list((one) => `${quoted(one.from)} = NEW.${quoted(one.to)}`)} WHERE ${quoted(key.from)} = NEW.${quoted(key.to)}
  AND (${list((one) => quoted(one.from))}) IS DISTINCT FROM (${list((one) => `NEW.${quoted(one.to)}`)});`;
  const fn = (name: string, body: string): string =>
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $split$\nBEGIN\n  ${body}\n  RETURN NULL;\nEND\n$split$`;
  const trigger = (name: string, table: string): string =>
    `CREATE TRIGGER ${name} AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`;
  // Locked rows cannot be deleted under the copy, so that no deleted row rises again.
  const copy = `INSERT INTO ${to} (${names}) SELECT ${quoted(key.from)}, ${list((one) => quoted(one.from))} FROM ${from}`;
  return {
    kind: 'steps',
    expand: [
      made.sql,
      fn(forth, insert),
      fn(back, update),
      trigger(forth, from),
      trigger(back, to),
      ...inBatches({ table: from, key: quoted(key.from), change: copy, where: null }).map((one) =>
        one.replace(/(WHERE \S+ >= low AND \S+ <= high);/, '$1 FOR SHARE ON CONFLICT DO NOTHING;'),
      ),
    ],
    contract: [
      `DROP TRIGGER ${forth} ON ${from}`,
      `DROP TRIGGER ${back} ON ${to}`,
      `DROP FUNCTION ${forth}()`,
      `DROP FUNCTION ${back}()`,
      ...drops.map((one) => one.sql),
    ],
    notes: [`A row that is deleted from ${target} alone keeps its values in ${source} until the contract step.`],
  };

  function columnNames(nodes: readonly Node[]): readonly string[] {
    return nodes.map((node) => ('ResTarget' in node ? (node.ResTarget.name ?? '') : ''));
  }

  function shapeOf(statement: Statement, facts: FactsOf): SplitShape | null {
    const insertion = 'InsertStmt' in statement.node ? statement.node.InsertStmt : null;
    const select =
      insertion?.selectStmt !== undefined && 'SelectStmt' in insertion.selectStmt
        ? insertion.selectStmt.SelectStmt
        : null;
    const [only, ...more] = select?.fromClause ?? [];
    if (insertion === null || select === null || only === undefined || !('RangeVar' in only) || more.length > 0)
      return null;
    if (select.whereClause !== undefined) return null;
    const targets = columnNames(insertion.cols ?? []);
    const sources = (select.targetList ?? []).map(plainColumn);
    if (targets.length !== sources.length || sources.includes(null)) return null;
    const pairs = targets.map((name, i): Moved => ({ to: name, from: sources[i] ?? '' }));
    const table = relationName(only.RangeVar);
    const keyName = facts(table, pairs[0]?.from ?? '')?.key?.replaceAll('"', '') ?? null;
    const found = pairs.find((one) => one.from === keyName);
    if (found === undefined) return null;
    return {
      source: table,
      target: relationName(insertion.relation),
      key: found,
      columns: pairs.filter((one) => one !== found),
    };
  }

  function plainColumn(node: Node): string | null {
    const value = 'ResTarget' in node ? node.ResTarget.val : undefined;
    const fields = value !== undefined && 'ColumnRef' in value ? (value.ColumnRef.fields ?? []) : [];
    const last = fields.at(-1);
    return last !== undefined && 'String' in last ? stringOf(last) : null;
  }
}
