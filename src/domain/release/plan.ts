import type { FileChange } from '../../ports.ts';
import type { ReleaseDecision } from './decide.ts';
import { sha256 } from './digest.ts';
import type { Level } from './level.ts';

/** A file that the release commit changes. */
export interface PlannedFile {
  readonly path: string;
  /** `changelog`, or the kind of version file. */
  readonly type: string;
  /** What it says before; null when it carries no version or is new. */
  readonly from: string | null;
  readonly to: string;
}

export interface ReleasePlan {
  /** The commit that the plan was made for. */
  readonly head: string;
  readonly branch: string | null;
  readonly current: string | null;
  readonly next: string | null;
  readonly level: Level;
  /** `released`: HEAD is what the tag of `current` stands for; publishing it again only completes what is missing. */
  readonly kind: ReleaseDecision['kind'];
  readonly tag: string | null;
  readonly previousTag: string | null;
  /** Text for people, without the heading of the version. */
  readonly notes: string;
  readonly files: readonly PlannedFile[];
  readonly changes: readonly FileChange[];
  readonly steps: readonly string[];
  /** `sha256:...` of everything above that has an effect: equal plans, equal digests. */
  readonly planDigest: string;
  readonly decision: ReleaseDecision;
}

/** What `fairway release plan --json` answers. */
export function planResult(plan: ReleasePlan): Readonly<Record<string, unknown>> {
  const { decision } = plan;
  return {
    current: plan.current,
    next: plan.next,
    level: plan.level,
    line: decision.line.name,
    commits: decision.commits.map((commit) => ({
      sha: commit.sha,
      header: commit.header,
      type: commit.type,
      scope: commit.scope,
      breaking: commit.breaking,
      level: commit.level,
      rule: commit.rule,
      why: commit.why,
      ...(commit.cancelledBy === undefined ? {} : { cancelledBy: commit.cancelledBy }),
      ...(commit.twinOf === undefined ? {} : { twinOf: commit.twinOf }),
      ...(commit.alsoIn === undefined ? {} : { alsoIn: commit.alsoIn }),
    })),
    notes: plan.notes,
    files: plan.files,
    steps: plan.steps,
    planDigest: plan.planDigest,
    kind: plan.kind,
    tag: plan.tag,
    head: plan.head,
    remarks: decision.remarks,
  };
}

/** A name for what a plan will do. Two plans with one digest make the same commit, tag and notes. */
export async function digestPlan(plan: Omit<ReleasePlan, 'planDigest' | 'decision' | 'branch'>): Promise<string> {
  const { head, current, next, level, kind, tag, previousTag, notes, changes, steps } = plan;
  const text = JSON.stringify([
    1,
    head,
    current,
    next,
    level,
    kind,
    tag,
    previousTag,
    notes,
    changes.map(({ path, content }) => [path, content]),
    steps,
  ]);
  return await sha256(text);
}

/** `<last>+<sha>`: the version of a commit from which nothing is released. */
export const unreleasedVersion = (current: string | null, commit: string): string =>
  `${current ?? '0.0.0'}+${commit.slice(0, 7)}`;

/** Where a release commit waits until it is published. */
export const candidateRef = (version: string, commit: string): string => `refs/fairway/candidates/${version}/${commit}`;

/** The message of a release commit; the trailer says which tag it was made for. */
export const releaseMessage = (version: string, tag: string): string =>
  `chore(release): ${version}\n\nFairway-Release: ${tag}\n`;
