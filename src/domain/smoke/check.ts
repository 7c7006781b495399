/** A check as configured, after parsing; `type` names the plug-in, the rest is its own. */
export interface CheckSpec {
  readonly type: string;
  readonly name?: string | undefined;
  /** Reported, but never decides. */
  readonly optional?: boolean | undefined;
  /** Milliseconds; absent means that one look is enough. */
  readonly retry?: { readonly for: number; readonly every: number } | undefined;
  readonly [key: string]: unknown;
}

interface Looked {
  readonly name: string;
  readonly attempts: number;
  readonly durationMs: number;
  readonly optional?: boolean | undefined;
}

/** What the last attempt saw: `fail` when it was bad, `inconclusive` when the check itself could not look. */
export type CheckResult =
  | (Looked & { readonly kind: 'pass' })
  | (Looked & { readonly kind: 'fail'; readonly reason: string })
  | (Looked & { readonly kind: 'inconclusive'; readonly reason: string });

export interface SmokeReport {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly checks: readonly CheckResult[];
}
