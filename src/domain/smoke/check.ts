/** A check as configured; `type` names the plug-in, the rest is its own. */
export interface CheckSpec {
  readonly type: string;
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly [key: string]: unknown;
}

export type CheckResult =
  | { readonly kind: 'pass'; readonly name: string; readonly attempts: number; readonly durationMs: number }
  | {
      readonly kind: 'fail';
      readonly name: string;
      readonly attempts: number;
      readonly durationMs: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'inconclusive';
      readonly name: string;
      readonly attempts: number;
      readonly durationMs: number;
      readonly reason: string;
    };

export interface SmokeReport {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly checks: readonly CheckResult[];
}
