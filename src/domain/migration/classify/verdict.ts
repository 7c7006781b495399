import { withAcceptance } from './accepted.ts';
import type { Action } from './actions.ts';
import type { Observation } from './observation.ts';
import { strongest } from './observation.ts';
import { predictMs, type TargetStatistics } from './predict-time.ts';
import type { StatementResult } from './result.ts';
import type { Context, Evidence } from './rule.ts';
import { listed } from './rule.ts';
import { rules } from './rules/index.ts';
import type { Access, Class, Finding, Phase } from './words.ts';
import { worst } from './words.ts';

export interface Judging {
  readonly phase: Phase;
  /** A lock that others wait for may be held so long on the target. */
  readonly budgetMs: number;
  readonly target: TargetStatistics;
}

const accesses: readonly Access[] = ['read', 'insert', 'update', 'delete'];

type Seen = Extract<Observation, { kind: 'observed' }>;

/** Class, reason and evidence of one statement, from what the server showed and what its text says. */
export function judgeStatement(context: Context, observation: Observation, judging: Judging): StatementResult {
  const { statement, actions } = context;
  const hints = lint(actions, context, judging.phase);
  const place = { file: statement.file, line: statement.line, column: statement.column, sql: statement.sql };
  if (observation.kind !== 'observed') {
    const findings = [...unseen(observation), ...predict(actions, context, judging.phase), ...hints];
    return { ...place, ...nothingSeen, ...told(findings, statement.comments, null, observation) };
  }
  const evidence: Evidence = { statement, actions, seen: observation };
  const predictedMs = predictMs(observation.ms, observation.work, judging.target, sorts(actions));
  const findings = [
    ...rules.flatMap((rule): Finding[] => {
      if (judging.phase === 'contract' && rule.aboutOldRelease === true) return [];
      const verdict = rule.judge?.(evidence) ?? null;
      return verdict === null ? [] : [{ rule: rule.id, ...verdict }];
    }),
    ...overBudget(observation, predictedMs, judging.budgetMs),
    ...hints,
  ];
  return {
    ...place,
    lock: strongest(observation.held.map((one) => one.lock)),
    algorithm: null,
    relations: observation.held.map((one) => one.relation),
    blocks: accesses.filter((access) => observation.held.some((one) => one.blocks.includes(access))),
    scan: observation.scanned.length > 0,
    rewrite: observation.rewritten.length > 0,
    drops: observation.changes.flatMap((one) => (one.kind === 'dropped' ? [`${one.object} ${one.name}`] : [])),
    rows: observation.work.length === 0 ? null : Math.max(...observation.work.map((one) => one.rows)),
    ms: Math.round(observation.ms * 10) / 10,
    predictedMs,
    ...told(findings, statement.comments, observation, observation),
  };
}

export const nothingSeen = {
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

export function predict(actions: readonly Action[], context: Context, phase: Phase): readonly Finding[] {
  return rules.flatMap((rule) => {
    if (phase === 'contract' && rule.aboutOldRelease === true) return [];
    const verdict = actions.map((action) => rule.predict?.(action, context) ?? null).find((one) => one !== null);
    return verdict === undefined || verdict === null ? [] : [{ rule: rule.id, ...verdict }];
  });
}

/** What execution cannot show; never above `review`, whatever the rule says. */
export function lint(actions: readonly Action[], context: Context, phase: Phase): readonly Finding[] {
  return rules.flatMap((rule): Finding[] => {
    if (phase === 'contract' && rule.aboutOldRelease === true) return [];
    const verdict = actions.map((action) => rule.lint?.(action, context) ?? null).find((one) => one !== null);
    if (verdict === undefined || verdict === null) return [];
    return [{ rule: rule.id, ...verdict, class: verdict.class === 'dangerous' ? 'review' : verdict.class }];
  });
}

/** The class is the worst finding; the reason is that finding's, and a quiet statement says why it is quiet. */
export function told(
  findings: readonly Finding[],
  comments: string,
  seen: Seen | null,
  observation: Observation | null,
): Pick<StatementResult, 'class' | 'rules' | 'reason' | 'safer'> {
  const kept = withAcceptance(findings, comments);
  const isUnseen =
    observation !== null && observation.kind !== 'observed' && !kept.some((one) => one.rule === 'needs-no-transaction');
  const known = worst(kept.map((one) => one.class));
  const verdict: Class = isUnseen ? worst([known, 'unobserved']) : known;
  const ids = [...new Set(kept.map((one) => one.rule))];
  const first = kept.find((one) => one.class === known && (known !== 'safe' || seen === null));
  const why = isUnseen && known !== 'dangerous' ? whyUnseen(observation) : (first?.reason ?? quiet(seen));
  return { class: verdict, rules: ids, reason: why, safer: null };
}

function unseen(observation: Exclude<Observation, Seen>): readonly Finding[] {
  if (observation.kind !== 'failed') return [];
  const { sqlState, message } = observation.failure;
  if (sqlState === '25001') {
    return [{ rule: 'needs-no-transaction', class: 'dangerous', reason: `Fails: ${message}.` }];
  }
  // Class 23: the data that the copy holds already contradicts it, so the target's does too.
  if (sqlState.startsWith('23'))
    return [{ rule: 'fails', class: 'dangerous', reason: `Fails on the rows of the copy: ${message}.` }];
  return [];
}

function whyUnseen(observation: Observation | null): string {
  if (observation === null || observation.kind === 'observed') return '';
  if (observation.kind === 'not-run') return `Not executed: ${observation.why}.`;
  const { sqlState, message } = observation.failure;
  if (sqlState === '57014') return `Did not end on the copy within ${(observation.ms / 1000).toFixed(1)} s.`;
  return `Fails on the copy: ${message}.`;
}

function overBudget(seen: Seen, predictedMs: number | null, budgetMs: number): readonly Finding[] {
  const waiting = seen.held.filter((one) => one.blocks.length > 0).map((one) => one.relation);
  const longest = Math.max(predictedMs ?? 0, seen.ms);
  if (waiting.length === 0 || longest <= budgetMs) return [];
  const where = predictedMs === null ? 'on the copy' : 'on the target, as predicted';
  return [
    {
      rule: 'over-budget',
      class: 'dangerous',
      reason: `Keeps others out of ${listed(waiting)} for ${(longest / 1000).toFixed(1)} s ${where} (budget ${(budgetMs / 1000).toFixed(1)} s).`,
    },
  ];
}

const sorts = (actions: readonly Action[]): boolean =>
  actions.some(
    (action) => action.does === 'create-index' || action.does === 'reindex' || action.does === 'add-constraint',
  );

function quiet(seen: Seen | null): string {
  if (seen === null) return 'No rule speaks against it.';
  const locked = seen.held.filter((one) => one.lock !== 'ACCESS SHARE');
  const by = listed(locked.map((one) => `${one.lock} on ${one.relation}`));
  const works = [...new Set([...seen.scanned, ...seen.rewritten])];
  if (works.length > 0) {
    return `Reads every row of ${listed(works)}${by === '' ? '' : ` under ${by}`}; reads and writes of others go on.`;
  }
  if (locked.length === 0) return 'Touches nothing that stood before.';
  return `Reads no table from end to end; takes ${by} for a moment.`;
}
