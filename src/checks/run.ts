import type { Retry } from '../domain/smoke/backoff.ts';
import { nextPause } from '../domain/smoke/backoff.ts';
import type { CheckResult, CheckSpec, SmokeReport } from '../domain/smoke/check.ts';
import { judgeSmoke } from '../domain/smoke/verdict.ts';
import type { Http } from '../ports.ts';
import type { Attempt, Check, CheckPorts, CheckTarget } from './check.ts';
import { checks as registry } from './index.ts';

export interface SmokeOptions {
  /** For all checks together, retries included. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** Sees each result as it is known. */
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Run checks one after another and judge them together.
 *
 * A failure is tried again as the check's `retry` says. After a check that decides has failed, those behind it are
 * looked at once, so that the report is whole and the verdict comes soon. What the deadline or the signal kept from
 * being seen is inconclusive.
 */
export async function runChecks(
  specs: readonly CheckSpec[],
  target: CheckTarget,
  options: SmokeOptions,
  ports: CheckPorts,
): Promise<SmokeReport> {
  const endsAt = ports.clock.monotonicMs() + options.deadlineMs;
  const checks: CheckResult[] = [];
  for (const spec of specs) {
    const patient = judgeSmoke(checks) !== 'fail';
    const retry = { forMs: patient ? (spec.retry?.for ?? 0) : 0, everyMs: spec.retry?.every ?? 0 };
    const result = await runOne(spec, retry, target, { ...options, endsAt }, ports);
    checks.push(result);
    options.onResult?.(result);
  }
  return { verdict: judgeSmoke(checks), checks };
}

interface Bounds extends SmokeOptions {
  readonly endsAt: number;
}

async function runOne(
  spec: CheckSpec,
  retry: Retry,
  target: CheckTarget,
  bounds: Bounds,
  ports: CheckPorts,
): Promise<CheckResult> {
  const { clock } = ports;
  const check = registry.find(({ type }) => type === spec.type);
  const name = spec.name ?? check?.describe(spec as never) ?? spec.type;
  const begin = clock.monotonicMs();
  let attempts = 0;
  let last: Attempt | null = null;
  const result = (attempt: Attempt): CheckResult => ({
    ...attempt,
    name,
    attempts,
    durationMs: clock.monotonicMs() - begin,
    ...(spec.optional === true || isElsewhere(attempt) ? { optional: true } : {}),
  });
  if (check === undefined) return result(inconclusive(`there is no check of type "${spec.type}" here`));
  while (bounds.signal?.aborted !== true && clock.monotonicMs() < bounds.endsAt) {
    const attempt = await attemptWithin(check, spec, target, bounds, ports);
    if (attempt === null) break;
    attempts += 1;
    last = attempt;
    if (attempt.kind === 'pass' || isElsewhere(attempt)) break;
    const now = clock.monotonicMs();
    const pause = nextPause(retry, { attempts, elapsedMs: now - begin, remainingMs: bounds.endsAt - now });
    if (pause === null || !(await slept(pause, bounds.signal, ports))) break;
  }
  return result(last ?? inconclusive(`not known: ${whyNot(bounds)}`));
}

function isElsewhere(attempt: Attempt): boolean {
  return attempt.kind === 'inconclusive' && attempt.isElsewhere === true;
}

function inconclusive(reason: string): Attempt {
  return { kind: 'inconclusive', reason };
}

/** One attempt; null when the deadline or the signal ended it before it could tell. */
async function attemptWithin(
  check: Check,
  spec: CheckSpec,
  target: CheckTarget,
  bounds: Bounds,
  ports: CheckPorts,
): Promise<Attempt | null> {
  const { clock } = ports;
  const http: Http = {
    request: async (request) => {
      const left = bounds.endsAt - clock.monotonicMs();
      if (left <= 0 || bounds.signal?.aborted === true) throw new Error(whyNot(bounds));
      return await ports.http.request({
        ...request,
        timeoutMs: Math.max(1, Math.ceil(Math.min(request.timeoutMs, left))),
      });
    },
  };
  const attempt = await untilAborted(looking(check, spec, target, { ...ports, http }), bounds.signal);
  const outOfTime = clock.monotonicMs() >= bounds.endsAt;
  return attempt === null || (attempt.kind !== 'pass' && outOfTime) ? null : attempt;
}

async function looking(check: Check, spec: CheckSpec, target: CheckTarget, ports: CheckPorts): Promise<Attempt> {
  try {
    return await check.attempt(spec as never, target, ports);
  } catch (error) {
    return inconclusive(`the check itself failed: ${(error as Error).message}`);
  }
}

async function untilAborted(attempt: Promise<Attempt>, signal: AbortSignal | undefined): Promise<Attempt | null> {
  if (signal === undefined) return await attempt;
  const done = new AbortController();
  const abort = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([attempt, abort]);
  } finally {
    done.abort();
  }
}

async function slept(ms: number, signal: AbortSignal | undefined, { clock }: CheckPorts): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal?.aborted === true) return false;
    throw error;
  }
}

function whyNot({ signal, deadlineMs }: SmokeOptions): string {
  return signal?.aborted === true ? 'interrupted' : `the deadline of ${deadlineMs / 1_000} s for all checks had passed`;
}
