import type { ReleasePlan } from '../../domain/release/plan.ts';

/** A commit that is ready to be built, tested and deployed as a version. */
export interface PreparedRelease {
  /** `1.1.0`; `1.0.0+3f2a91c` when there is nothing to release. */
  readonly version: string;
  /** What is built, tested, deployed and tagged: the release commit, or HEAD when there is nothing to release. */
  readonly commit: string;
  /** The commit of the branch that it was made from. */
  readonly parent: string;
  /** Null when there is nothing to release: such a version is deployed and never tagged. */
  readonly tag: string | null;
  readonly plan: ReleasePlan;
  /** What a person should know before the deploy, one sentence each. */
  readonly remarks: readonly string[];
}
