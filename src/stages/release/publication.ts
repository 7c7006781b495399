import type { ChangelogSection } from '../../domain/release/changelog.ts';

/** What publishing needs to know: enough to go on from the remote alone, on another machine. */
export interface Publication {
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
  readonly parent: string;
  readonly branch: string | null;
  readonly section: ChangelogSection;
  readonly notes: string;
  /** Numbers of the issues and pull requests that the release closes. */
  readonly issues: readonly number[];
}

/** How the version change came to the branch. */
export type BranchOutcome = 'forwarded' | 'already' | 'regenerated' | 'proposed' | 'left';
