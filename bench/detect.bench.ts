import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Behaviour, coin, normal, simulateCanary } from '../test/unit/domain/analysis/simulate.ts';

/**
 * How soon a bad canary is rolled back, how many of its errors users get, and how often a good one is rolled back.
 *
 * Ours: the verdict as the agent asks for it, every 100 ms. Beside it a fixed-interval threshold rule, as Flagger has
 * one, with its smallest interval (10 s) and its usual one (60 s): success rate of the window below 99 %, or its p95
 * above 1.5 x what the baseline has in the long run; one failed check rolls back, or five. Simulated with seeds: the
 * same traffic for all.
 * Run: `node scripts/guard.mjs bench/detect.bench.ts [RUNS]`.
 */

const share = 0.1;
const longestSeconds = 600;
const healthy: Behaviour = { errorRate: 0.001, medianMs: 40 };
const cases: readonly { readonly name: string; readonly canary: Behaviour }[] = [
  { name: '100 % errors', canary: { ...healthy, errorRate: 1 } },
  { name: '10 % errors', canary: { ...healthy, errorRate: 0.1 } },
  { name: '2 % errors', canary: { ...healthy, errorRate: 0.02 } },
  { name: '+50 % latency', canary: { ...healthy, medianMs: 60 } },
];
const rules = [
  { name: 'interval 10 s, 1 failed check', seconds: 10, threshold: 1 },
  { name: 'interval 60 s, 1 failed check', seconds: 60, threshold: 1 },
  { name: 'interval 60 s, 5 failed checks', seconds: 60, threshold: 5 },
] as const;
const results = fileURLToPath(new URL('results/detect.json', import.meta.url));

interface Run {
  /** Null: not rolled back. */
  readonly seconds: number | null;
  readonly errors: number;
}

interface Setting {
  readonly canary: Behaviour;
  readonly baseline: Behaviour;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly seed: number;
}

function ours(setting: Setting): Run {
  const { verdict, endedAtMs, canaryErrors } = simulateCanary({ ...setting, share });
  return { seconds: verdict.kind === 'fail' ? endedAtMs / 1_000 : null, errors: canaryErrors };
}

function fixedInterval(setting: Setting, rule: (typeof rules)[number]): Run {
  const toss = coin(setting.seed);
  const limitMs = 1.5 * setting.baseline.medianMs * Math.exp(0.6 * 1.645);
  let [failedChecks, errors] = [0, 0];
  for (let elapsed = rule.seconds; elapsed <= setting.seconds; elapsed += rule.seconds) {
    const latencies: number[] = [];
    let failed = 0;
    for (let sent = 0; sent < setting.requestsPerSecond * rule.seconds; sent += 1) {
      if (toss() >= share) continue;
      if (toss() < setting.canary.errorRate) failed += 1;
      latencies.push(setting.canary.medianMs * Math.exp(0.6 * normal(toss)));
    }
    errors += failed;
    const p95 = latencies.toSorted((a, b) => a - b)[Math.ceil(latencies.length * 0.95) - 1] ?? 0;
    const isBad = latencies.length > 0 && (failed / latencies.length > 0.01 || p95 > limitMs);
    if (isBad) failedChecks += 1;
    if (failedChecks >= rule.threshold) return { seconds: elapsed, errors };
  }
  return { seconds: null, errors };
}

function summary(runs: readonly Run[]) {
  const found = runs.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).toSorted((a, b) => a - b);
  const errors = runs.map((run) => run.errors).toSorted((a, b) => a - b);
  const at = (values: readonly number[], part: number): number | null =>
    values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? null;
  return {
    rolledBack: `${found.length}/${runs.length}`,
    medianSeconds: at(found, 0.5),
    p90Seconds: at(found, 0.9),
    medianErrorsServed: at(errors, 0.5),
  };
}

function everyRule(runs: number, setting: Omit<Setting, 'seed'>) {
  const seeds = Array.from({ length: runs }, (_, index) => index + 1);
  return Object.fromEntries([
    ['fairway', summary(seeds.map((seed) => ours({ ...setting, seed })))],
    ...rules.map(
      (rule) => [rule.name, summary(seeds.map((seed) => fixedInterval({ ...setting, seed }, rule)))] as const,
    ),
  ]) as Readonly<Record<string, ReturnType<typeof summary>>>;
}

const runs = Number(process.argv[2] ?? 51);
const detection = [100, 500].flatMap((requestsPerSecond) =>
  cases.map(({ name, canary }) => ({
    canary: name,
    requestsPerSecond,
    rules: everyRule(runs, { canary, baseline: healthy, requestsPerSecond, seconds: longestSeconds }),
  })),
);
const falseRollbacks = [0.001, 0.01].map((errorRate) => {
  const equal = { ...healthy, errorRate };
  return {
    errorRate,
    rules: everyRule(200, { canary: equal, baseline: equal, requestsPerSecond: 100, seconds: 120 }),
  };
});
const report = {
  made: 'node scripts/guard.mjs bench/detect.bench.ts',
  simulated: { share, runs, longestSeconds, baselineErrorRate: healthy.errorRate, falseRollbackRuns: 200 },
  detection,
  falseRollbacks,
};
await mkdir(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
await writeFile(results, `${JSON.stringify(report, null, 2)}\n`);
for (const { canary, requestsPerSecond, rules: found } of detection) {
  for (const [name, { rolledBack, medianSeconds, medianErrorsServed }] of Object.entries(found)) {
    const line = `${canary} at ${requestsPerSecond}/s`.padEnd(28);
    process.stdout.write(
      `${line}${name.padEnd(32)}${rolledBack.padEnd(9)}${medianSeconds} s, ${medianErrorsServed} errors\n`,
    );
  }
}
for (const { errorRate, rules: found } of falseRollbacks) {
  for (const [name, { rolledBack }] of Object.entries(found)) {
    process.stdout.write(`${`A/A at ${errorRate * 100} %`.padEnd(28)}${name.padEnd(32)}${rolledBack}\n`);
  }
}
