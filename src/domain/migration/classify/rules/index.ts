import type { Rule } from '../rule.ts';
import { dropsIndex } from './drops-index.ts';
import { dropsNotNull } from './drops-not-null.ts';
import { dropsSafeguard } from './drops-safeguard.ts';
import { dropsWhatIsUsed, emptiesTable } from './drops-what-is-used.ts';
import { guardsRows } from './guards-rows.ts';
import { invalidIndex } from './invalid-index.ts';
import {
  cascades,
  deletesRows,
  domainCheck,
  locksByHand,
  longName,
  maybeInvalid,
  openDefiner,
  ownTransaction,
  revokes,
  timeoutOff,
  unlogged,
  unorderedEnum,
  wideIndex,
} from './lint-intent.ts';
import {
  noPrimaryKey,
  oldTypes,
  preferIdentity,
  preferJsonb,
  preferText,
  preferTimestamptz,
  smallKey,
} from './lint-types.ts';
import { needsNoTransactionRule } from './needs-no-transaction.ts';
import { partitionChange } from './partition-change.ts';
import { renamesWhatIsUsed } from './renames-what-is-used.ts';
import { requiredColumn } from './required-column.ts';
import { scanUnderLock } from './scan-under-lock.ts';
import { tableRewrite } from './table-rewrite.ts';
import { typeChange } from './type-change.ts';
import { unindexedForeignKey } from './unindexed-foreign-key.ts';
import { viewRefresh } from './view-refresh.ts';
import { wholeTableWrite } from './whole-table-write.ts';
import { workUnderHeldLock } from './work-under-held-lock.ts';

/** The registry: a new rule is one file and one line. The first finding of the worst class gives the reason. */
export const rules: readonly Rule[] = [
  dropsWhatIsUsed,
  emptiesTable,
  renamesWhatIsUsed,
  requiredColumn,
  tableRewrite,
  workUnderHeldLock,
  scanUnderLock,
  wholeTableWrite,
  needsNoTransactionRule,
  dropsSafeguard,
  dropsIndex,
  dropsNotNull,
  typeChange,
  partitionChange,
  viewRefresh,
  guardsRows,
  invalidIndex,
  unindexedForeignKey,
  cascades,
  deletesRows,
  domainCheck,
  locksByHand,
  longName,
  maybeInvalid,
  openDefiner,
  ownTransaction,
  revokes,
  timeoutOff,
  unlogged,
  unorderedEnum,
  wideIndex,
  noPrimaryKey,
  oldTypes,
  preferIdentity,
  preferJsonb,
  preferText,
  preferTimestamptz,
  smallKey,
];

export function ruleNamed(id: string): Rule | null {
  return rules.find((rule) => rule.id === id) ?? null;
}
