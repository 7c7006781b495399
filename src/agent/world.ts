import type { CheckSpec, SmokeReport } from '../domain/smoke/check.ts';
import type { Reading } from '../domain/analysis/metrics.ts';
import type { HostFacts } from '../domain/rollout/messages.ts';
import type { MetricSpec, RolloutPlan } from '../domain/rollout/plan.ts';
import type { Clock, Files, Http, Ports, ProcessIdentity } from '../ports.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { Target } from '../targets/target.ts';

/** Everything that the agent touches; put together by its entry, by fakes in tests. */
export interface AgentWorld {
  readonly clock: Clock;
  readonly files: Files;
  readonly http: Http;
  readonly ports: Ports;
  readonly isAlive: (process: ProcessIdentity) => boolean;

  /** What this machine has now. */
  readonly host: () => Promise<HostFacts>;
  readonly plugins: Plugins;
  /** A keyed hash: tells whether a secret changed without keeping it. */
  readonly fingerprint: (text: string) => string;
  readonly newId: () => string;
  /** A line for the agent's own log; never a secret. */
  readonly log: (line: string) => void;
  readonly stateDirectory: string;
  readonly program: {
    readonly version: string;
    readonly digest: string;
    readonly protocol: number;
    readonly pid: number;
    readonly startedAt: string;
  };
}

export interface Plugins {
  target(spec: RolloutPlan['target']): Target;
  /** `secret` tells what came with the release under a name. */
  proxy(spec: RolloutPlan['proxy'], directory: string, secret: (name: string) => Promise<string>): Proxy;
  /** Ask a source once about the release of the plan. */
  metric(spec: MetricSpec, plan: RolloutPlan): Promise<Reading>;
  smoke(specs: readonly CheckSpec[], baseUrl: string, deadlineMs: number, signal: AbortSignal): Promise<SmokeReport>;
}
