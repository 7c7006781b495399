import type { ProcessSpec, RolloutPlan } from '../../../../src/domain/rollout/plan.ts';

export function processSpec(changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'web',
    argv: ['node', 'server.js'],
    traffic: true,
    singleton: false,
    env: {},
    readyPath: '/ready',
    readyTimeoutMs: 5_000,
    stopGraceMs: 1_000,
    maxRestarts: 3,
    ...changes,
  };
}

/** A canary of 1.1.0 over 5, 25 and 100 %, each watched for one second. */
export function planOf(changes: Partial<RolloutPlan> = {}): RolloutPlan {
  return {
    rolloutId: 'rollout-1',
    runId: 'run-1',
    app: 'shop',
    environment: 'local',
    strategy: 'canary',
    release: {
      id: '1.1.0-abc1234',
      version: '1.1.0',
      commit: 'a'.repeat(40),
      artifact: `directory:sha256:${'0'.repeat(64)}`,
      location: '/builds/1.1.0',
      processes: [processSpec()],
      env: {},
      secretNames: [],
    },
    steps: [
      { weightPercent: 5, holdMs: 1_000 },
      { weightPercent: 25, holdMs: 1_000 },
      { weightPercent: 100, holdMs: 0 },
    ],
    checks: [{ type: 'http', path: '/health' }],
    smokeDeadlineMs: 10_000,
    guard: { maxErrorRate: 0.1, minRequests: 20 },
    minRequestsPerStep: 0,
    onInconclusive: 'rollback',
    drainTimeoutMs: 2_000,
    leaseMs: 2_000,
    onClientLost: 'rollback',
    keepReleases: 5,
    target: { type: 'fake' },
    proxy: { type: 'fake' },
    ...changes,
  };
}
