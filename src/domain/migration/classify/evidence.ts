import type { HeldRelation } from './observation.ts';
import type { Evidence } from './rule.ts';
import { listed } from './rule.ts';

/** Tables that others could not use while the statement ran, because of itself or of an earlier one. */
export function blocked(evidence: Evidence, since?: HeldRelation['since']): readonly HeldRelation[] {
  return evidence.seen.held.filter((one) => one.blocks.length > 0 && (since === undefined || one.since === since));
}

/** Relations of one kind; what is not held is taken for a table. */
export function tablesAmong(names: readonly string[], evidence: Evidence): readonly string[] {
  const views = evidence.seen.held.filter((one) => one.kind === 'materialized view').map((one) => one.relation);
  return names.filter((name) => !views.includes(name));
}

/** Became part of a partitioned table by this statement: nobody reads them through it before. */
export function attached(evidence: Evidence): readonly string[] {
  return evidence.seen.changes.flatMap((change) => (change.kind === 'attached' ? [change.table] : []));
}

/** `books (read, insert, update, delete)`. */
export function whom(held: readonly HeldRelation[]): string {
  return listed(held.map((one) => `${one.relation} (${one.blocks.join(', ')})`));
}

/** An UPDATE, DELETE or MERGE, or code that may hold one. */
export const mayWriteRows = (evidence: Evidence): boolean =>
  evidence.actions.some((action) => (action.does === 'write' && action.verb !== 'insert') || action.does === 'opaque');
