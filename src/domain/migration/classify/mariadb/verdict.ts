import { withAcceptance } from '../accepted.ts';
import type { SchemaChange } from '../changes.ts';
import type { TargetStatistics } from '../predict-time.ts';
import { predictMs } from '../predict-time.ts';
import { type Gauge, predictFrom, type WorkKind } from '../../predict.ts';
import type { StatementResult } from '../result.ts';
import { listed } from '../rule.ts';
import { worst, type Finding, type Phase } from '../words.ts';
import type { MariadbObservation } from './observation.ts';
import { readMariadb } from './read.ts';
import { mariadbFindings } from './rules.ts';
import type { MariadbStatement } from './split.ts';

export interface MariadbJudging {
  readonly phase: Phase;
  readonly budgetMs: number;
  readonly target: TargetStatistics;
  /** How long such a server takes for tables whose copy is too small to tell, by their names. */
  readonly gauges?: ReadonlyMap<string, Gauge>;
}

type Seen = Extract<MariadbObservation, { kind: 'observed' }>;

const blocks = {
  NONE: [],
  SHARED: ['insert', 'update', 'delete'],
  EXCLUSIVE: ['read', 'insert', 'update', 'delete'],
} as const;

/** Class, reason and evidence of one statement on MariaDB. */
export function judgeMariadb(
  statement: MariadbStatement,
  observation: MariadbObservation,
  judging: MariadbJudging,
): StatementResult {
  const { file, line, column, sql, comments } = statement;
  const place = { file, line, column, sql };
  if (observation.kind !== 'observed') {
    if (observation.kind === 'not-run') {
      return {
        ...place,
        ...nothing,
        class: 'unobserved',
        rules: [],
        reason: `Not executed: ${observation.why}.`,
        safer: null,
      };
    }
    const { sqlState, message } = observation.failure;
    const isAboutRows = rowErrors.includes(sqlState);
    const reason = `Fails on the ${isAboutRows ? 'rows of the ' : ''}copy: ${message}.`;
    return {
      ...place,
      ...nothing,
      class: isAboutRows ? 'dangerous' : 'unobserved',
      rules: ['fails'],
      reason,
      safer: null,
    };
  }
  const asked = readMariadb(statement);
  const work = observation.table === null ? [] : [{ relation: observation.table, rows: observation.rows ?? 0 }];
  const isSlow = observation.algorithm !== null && observation.algorithm !== 'INSTANT';
  const predictedMs =
    isSlow || observation.rebuilt
      ? (predictMs(observation.ms, work, judging.target, false) ?? gauged(observation, judging))
      : null;
  const findings = withAcceptance(
    [...mariadbFindings(asked, observation, judging.phase), ...overBudget(observation, predictedMs, judging.budgetMs)],
    comments,
  );
  const known = worst(findings.map((one) => one.class));
  const first = findings.find((one) => one.class === known);
  const lock = observation.lock;
  return {
    ...place,
    lock,
    algorithm: observation.algorithm,
    relations: observation.table === null ? [] : [observation.table],
    blocks: lock === null ? [] : blocks[lock],
    scan: observation.scanned.length > 0,
    rewrite: observation.rebuilt,
    drops: observation.changes.flatMap((one) => (one.kind === 'dropped' ? [`${one.object} ${one.name}`] : [])),
    rows: observation.rows,
    ms: Math.round(observation.ms * 10) / 10,
    predictedMs,
    class: known,
    rules: [...new Set(findings.map((one) => one.rule))],
    reason: first === undefined || known === 'safe' ? quiet(observation) : first.reason,
    safer: observation.proven !== null && lock === 'NONE' ? `${observation.proven};\n` : null,
  };
}

/** What the server does to every row of the table; null where it does nothing of the kind. */
export function workKindOf({ algorithm, rebuilt }: Pick<Seen, 'algorithm' | 'rebuilt'>): WorkKind | null {
  if (algorithm === 'COPY') return 'copy';
  if (rebuilt || algorithm === 'INPLACE') return 'rewrite';
  return algorithm === 'NOCOPY' ? 'index' : null;
}

function gauged(seen: Seen, { gauges, target }: MariadbJudging): number | null {
  const kind = workKindOf(seen);
  const gauge = gauges?.get(seen.table ?? '');
  const rows = target.get(seen.table ?? '')?.rows;
  return kind === null || gauge === undefined || rows === undefined
    ? null
    : predictFrom(seen.ms, { kind, indexes: seen.indexes }, gauge, rows);
}

/** Duplicate, missing parent, check, NULL, out of range, too long, not in the enum: the target's rows fail as well. */
const rowErrors = ['1022', '1048', '1062', '1138', '1264', '1265', '1292', '1366', '1406', '1451', '1452', '4025'];

export const nothing = {
  lock: null,
  algorithm: null,
  relations: [],
  blocks: [],
  scan: null,
  rewrite: null,
  drops: [],
  rows: null,
  ms: null,
  predictedMs: null,
} as const;

function overBudget(seen: Seen, predictedMs: number | null, budgetMs: number): readonly Finding[] {
  const longest = Math.max(predictedMs ?? 0, seen.ms);
  if (seen.lock === 'NONE' || seen.lock === null || seen.algorithm === 'INSTANT' || longest <= budgetMs) return [];
  const where = predictedMs === null ? 'on the copy' : 'on the target, as predicted';
  const reason = `Keeps writers out of ${seen.table ?? 'the table'} for ${(longest / 1000).toFixed(1)} s ${where} (budget ${(budgetMs / 1000).toFixed(1)} s).`;
  return [{ rule: 'over-budget', class: 'dangerous', reason }];
}

function quiet({ algorithm, lock, table, scanned }: Seen): string {
  if (algorithm === 'INSTANT') return `MariaDB does it at once (ALGORITHM=INSTANT, LOCK=${lock}) on ${table}.`;
  if (algorithm !== null) return `MariaDB accepts ALGORITHM=${algorithm}, LOCK=${lock} on ${table}.`;
  return scanned.length === 0 ? 'Changes no table that stood before.' : `Reads every row of ${listed(scanned)}.`;
}

/** What was dropped under one name and added under another, as the statement says itself, was renamed. */
export function withRenames(
  changes: readonly SchemaChange[],
  renames: readonly { readonly object: 'column' | 'table'; readonly from: string; readonly to: string }[],
  table: string,
): readonly SchemaChange[] {
  const known = renames.map((one) => ({
    ...one,
    full: one.object === 'column' ? `${table}.${one.from}` : one.from,
  }));
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const kept = changes.filter(
    (change) =>
      change.kind !== 'dropped' || !known.some((one) => one.object === change.object && isSame(one.full, change.name)),
  );
  const renamedTables = known.filter((one) => one.object === 'table').map((one) => one.from);
  const own = kept.filter(
    (change) => change.kind !== 'dropped' || !renamedTables.some((name) => change.name.startsWith(`${name}.`)),
  );
  const told = known.map((one) => ({
    kind: 'renamed' as const,
    object: one.object,
    from: one.full,
    to: one.object === 'column' ? `${table}.${one.to}` : one.to,
  }));
  const news = known.map((one) => (one.object === 'column' ? `${table}.${one.to}` : one.to));
  const added = (change: SchemaChange): boolean =>
    change.kind === 'required-column-added' && news.some((name) => isSame(name, change.column));
  return [...own.filter((change) => !added(change)), ...told];
}
