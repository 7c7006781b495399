import { readFileName } from '../../file-name.ts';
import { compareVersions } from '../../version.ts';
import { actionsOf } from '../actions.ts';
import type { Classification } from '../result.ts';
import type { PostgresParser, Statement } from '../statement.ts';
import type { ExpandContractPlan, PlannedFile } from './facts.ts';
import { planSplit } from './split.ts';
import { planStatement, type FactsOf } from './statement.ts';

export interface ExpandContractInput {
  /** Name of the file, without its folder. */
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly classification: Classification;
  /** Versions that other files of the folder have. */
  readonly taken: readonly string[];
}

/**
 * Plan the files that do a migration in steps: expand before the rollout, contract after the bake.
 *
 * The expand file has the version of the original, which it replaces; the contract file the next one that is free.
 */
export function planExpandContract(
  input: ExpandContractInput,
  factsOf: FactsOf,
  parser: PostgresParser,
): ExpandContractPlan {
  const expand: string[] = [];
  const contract: string[] = [];
  const notes: string[] = [];
  const split = planSplit(input.statements, factsOf);
  if (split !== null) {
    if (split.kind === 'impossible') return { kind: 'impossible', line: 1, sql: '', why: split.why };
    expand.push(...split.expand);
    contract.push(...split.contract);
    notes.push(...split.notes);
  }
  const renamesTable = input.statements.find((one) =>
    actionsOf(one).some((action) => action.does === 'rename' && action.object === 'table'),
  );
  if (renamesTable !== undefined && input.statements.length > 1) {
    const { line, sql } = renamesTable;
    return { kind: 'impossible', line, sql, why: 'a table is renamed in a file of its own' };
  }
  for (const [i, one] of (split === null ? input.statements : []).entries()) {
    const result = input.classification.statements[i];
    if (result === undefined) continue;
    const planned = planStatement(one, result, factsOf, parser);
    if (planned.kind === 'impossible') return { kind: 'impossible', line: one.line, sql: one.sql, why: planned.why };
    expand.push(...planned.expand);
    contract.push(...planned.contract);
    notes.push(...planned.notes);
  }
  return { kind: 'planned', files: files(input, expand, contract, [...new Set(notes)]) };
}

function files(
  { name, taken }: ExpandContractInput,
  expand: readonly string[],
  contract: readonly string[],
  notes: readonly string[],
): readonly PlannedFile[] {
  const known = readFileName(name);
  const version = known.kind === 'script' ? known.version : '1';
  const label = known.kind === 'script' && known.name !== '' ? known.name : 'change';
  const told = notes.map((note) => `-- ${note}`);
  const made: PlannedFile[] = [];
  if (expand.length > 0) {
    const head = ['-- Expand: both releases work on what this leaves.', ...told, '-- fairway: no-transaction', ''];
    made.push({
      name: `${version}_${label}_expand.sql`,
      text: [...head, ...expand.map((one) => `${one};`), ''].join('\n'),
    });
  }
  if (contract.length > 0) {
    const isSlow = contract.some((one) => /\bVALIDATE CONSTRAINT\b/.test(one));
    const head = [
      '-- Contract: only when every release uses the new form.',
      '-- fairway: contract',
      ...(isSlow ? ['-- fairway: no-transaction'] : []),
      '',
    ];
    const next = expand.length > 0 ? nextVersion(version, taken) : version;
    made.push({
      name: `${next}_${label}_contract.sql`,
      text: [...head, ...contract.map((one) => `${one};`), ''].join('\n'),
    });
  }
  return made;
}

/** One more than the highest, of the same width: `0008` after `0007`. */
function nextVersion(version: string, taken: readonly string[]): string {
  const highest = [version, ...taken].toSorted(compareVersions).at(-1) ?? version;
  const parts = highest.split(/[._]/);
  const last = parts.at(-1) ?? '0';
  const next = (BigInt(last) + 1n).toString().padStart(last.length, '0');
  return [...parts.slice(0, -1), next].join('.');
}
