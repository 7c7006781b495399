import type { CheckResult, SmokeReport } from './check.ts';

/** One check that failed decides; else one that could not look leaves it open. Optional checks never decide. */
export function judgeSmoke(checks: readonly CheckResult[]): SmokeReport['verdict'] {
  const kinds = checks.filter((check) => check.optional !== true).map((check) => check.kind);
  if (kinds.includes('fail')) return 'fail';
  return kinds.includes('inconclusive') ? 'inconclusive' : 'pass';
}
