import type { Config } from '../config/schema.ts';
import type { ProcessSpec, ReleaseRef, ReleaseSpec, RolloutPlan, Step } from '../domain/rollout/plan.ts';
import { defaultProxy } from '../proxies/index.ts';

/** What the target runs for one release, from the configuration; `secretNames` are those given beside the plan. */
export function releaseSpec(
  config: Config,
  release: ReleaseRef & { readonly location: string },
  secretNames: readonly string[],
): ReleaseSpec {
  return {
    version: release.version,
    commit: release.commit,
    artifact: release.artifact,
    location: release.location,
    id: releaseId(release),
    processes: Object.entries(config.processes).map(([name, process]): ProcessSpec => ({
      name,
      argv: process.command,
      traffic: process.traffic,
      singleton: process.singleton,
      env: process.env,
      readyPath: process.ready.path ?? null,
      readyTimeoutMs: process.ready.timeout,
      stopGraceMs: process.stopGrace,
      maxRestarts: process.maxRestarts,
    })),
    env: config.env,
    secretNames,
  };
}

/** Unique per attempt (a version that was rolled back is free for the next one) and safe as a file name. */
export function releaseId(release: Pick<ReleaseRef, 'version' | 'commit'>): string {
  return `${release.version.replaceAll(/[^0-9A-Za-z.-]/g, '_')}-${release.commit.slice(0, 7)}`;
}

/** The plan that the agent is handed. */
export function rolloutPlan(
  config: Config,
  scope: { readonly environment: string; readonly runId: string; readonly rolloutId: string },
  release: ReleaseSpec,
): RolloutPlan {
  const { deploy } = config;
  if (config.target === undefined) throw new Error('a plan needs a target');
  return {
    rolloutId: scope.rolloutId,
    runId: scope.runId,
    app: config.app,
    environment: scope.environment,
    strategy: deploy.strategy,
    release,
    steps: steps(deploy),
    checks: config.smoke.checks,
    smokeDeadlineMs: config.smoke.deadline,
    guard: { maxErrorRate: deploy.guard.errorRate, minRequests: deploy.guard.minRequests },
    minRequestsPerStep: deploy.minRequestsPerStep,
    longestHoldMs: deploy.longestHold,
    endStepOnAccept: deploy.endStepOnAccept,
    metrics: deploy.metrics,
    onInconclusive: deploy.onInconclusive,
    drainTimeoutMs: deploy.drain,
    bakeMs: deploy.bake,
    leaseMs: deploy.lease,
    onClientLost: deploy.onClientLost,
    ...(deploy.warmUp === undefined ? {} : { warmUp: { requests: deploy.warmUp.requests, forMs: deploy.warmUp.for } }),
    syntheticEveryMs: deploy.synthetic,
    warmMs: deploy.bake,
    watchMs: deploy.watch,
    ...(deploy.wait ? {} : { unattendedMs: deploy.unattended }),
    keepReleases: deploy.keep,
    target: config.target,
    proxy: config.proxy ?? defaultProxy(config.target.type),
  };
}

/** Steps below 100 % are held; the last one is the promotion itself and waits for nothing unless told. */
function steps(deploy: Config['deploy']): readonly Step[] {
  return deploy.steps.map((step) => {
    const { weight, hold, pause } = typeof step === 'number' ? { weight: step, hold: undefined, pause: false } : step;
    const held = { weightPercent: weight, holdMs: hold ?? (weight === 100 ? 0 : deploy.hold) };
    return pause === true ? { ...held, pause } : held;
  });
}
