import type { Catalog } from '../../domain/migration/classify/catalog.ts';
import type { Statement } from '../../domain/migration/classify/statement.ts';
import type { SqlConnection } from '../../ports.ts';
import { sqlFailureOf as failureOf } from '../../domain/migration/sql-failure.ts';

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly 'Index Cond'?: string;
  readonly 'TID Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Relations of an INSERT, UPDATE, DELETE or MERGE that an index serves, though a small copy was read from end to end.
 *
 * On a nearly empty table the planner prefers the scan; with the scan forbidden it shows whether it has a choice.
 */
export async function scansAnIndexCouldSpare(
  statement: Statement,
  catalog: Catalog,
  main: SqlConnection,
): Promise<readonly string[]> {
  if (!['UpdateStmt', 'DeleteStmt', 'MergeStmt', 'InsertStmt'].some((kind) => kind in statement.node)) return [];
  await main.query('SAVEPOINT fairway_plan; SET LOCAL enable_seqscan = off');
  try {
    const [row] = await main.query(`EXPLAIN (FORMAT JSON, COSTS OFF, VERBOSE) ${statement.sql}`);
    const served = new Set(
      nodes((row?.['QUERY PLAN'] as readonly { readonly Plan: PlanNode }[] | undefined)?.[0]?.Plan).flatMap(nameOf),
    );
    return [...catalog.values()].filter((one) => one.kind === 'table' && served.has(one.name)).map((one) => one.id);
  } catch (error) {
    if (failureOf(error) === null) throw error;
    return [];
  } finally {
    await main.query('ROLLBACK TO SAVEPOINT fairway_plan; RELEASE SAVEPOINT fairway_plan');
  }
}

function nodes(node: PlanNode | undefined): readonly PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(nodes)];
}

function nameOf(node: PlanNode): readonly string[] {
  const name = node['Relation Name'];
  if (name === undefined || (node['Index Cond'] === undefined && node['TID Cond'] === undefined)) return [];
  const quoted = /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  return [node.Schema === undefined || node.Schema === 'public' ? quoted : `${node.Schema}.${quoted}`];
}
