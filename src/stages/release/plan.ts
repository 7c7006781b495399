import type { Config } from '../../config/schema.ts';
import type { ChangelogSection } from '../../domain/release/changelog.ts';
import type { ReleaseWishes } from '../../domain/release/asked.ts';
import type { ReleaseDecision, ReleaseHistory } from '../../domain/release/decide.ts';
import { decide } from '../../domain/release/decide.ts';
import { linksOf } from '../../domain/release/links.ts';
import { emptyNotes } from '../../domain/release/refusals.ts';
import { notesSections, renderNotes } from '../../domain/release/notes.ts';
import type { ReleasePlan } from '../../domain/release/plan.ts';
import { digestPlan } from '../../domain/release/plan.ts';
import { dayOf } from '../../domain/release/sections.ts';
import { GateFailed } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import { releaseFiles } from './files.ts';
import { readHistory } from './history.ts';
import { completeHistory } from './shallow.ts';
import { releaseSteps } from './steps.ts';

export interface PlanRequest extends ReleaseWishes {
  /** Default: HEAD. */
  readonly commit?: string | undefined;
  /** Default: the branch that is checked out. */
  readonly branch?: string | undefined;
  /** Read the tags of the remote first, so that nothing is planned that somebody else released meanwhile. */
  readonly withRemote?: boolean;
}

/**
 * Decide what would be released from a commit; writes nothing.
 *
 * Throws GateFailed with the code of the refusal (`VERSION_TAKEN`, `RELEASE_OUT_OF_LINE`, `NOTES_EMPTY` ...).
 */
export async function planRelease(
  settings: Config['release'],
  request: PlanRequest,
  repository: Repository,
): Promise<ReleasePlan> {
  const tags = await completeHistory(settings, repository, request);
  const history = await readHistory(settings, repository, { ...request, tags });
  const decision = decide(history, settings, request);
  if (decision.refusal !== null) {
    const { code, message, hint } = decision.refusal;
    throw new GateFailed(code, message, { hint });
  }
  return await planOf(history, decision, settings, repository);
}

/** The plan that follows from a decision. */
export async function planOf(
  history: ReleaseHistory,
  decision: ReleaseDecision,
  settings: Config['release'],
  repository: Repository,
): Promise<ReleasePlan> {
  const base = { head: history.head, branch: history.branch, decision };
  if (decision.next === null) return await withDigest({ ...base, ...unchanged(decision) });
  const links = linksOf(await repository.remoteUrl(settings.remote));
  const section = sectionOf(decision, decision.next, settings, history, links);
  const isFirst = decision.current === null;
  const notes = await renderNotes(section);
  const empty = isFirst ? null : emptyNotes(notes, decision.commits);
  if (empty !== null) throw new GateFailed(empty.code, empty.message, { hint: empty.hint });
  const { files, changes } = await releaseFiles(history.head, section, settings, links, repository);
  return await withDigest({
    ...base,
    current: decision.current?.version ?? null,
    next: decision.next,
    level: decision.level,
    kind: 'release',
    tag: section.tag,
    previousTag: section.previousTag,
    notes: notes === '' ? 'First release.' : notes,
    files,
    changes,
    steps: releaseSteps(
      section.tag,
      settings,
      history.branch,
      settings.forge === 'github' || (settings.forge === 'auto' && links !== null),
    ),
  });
}

function unchanged(decision: ReleaseDecision): Omit<ReleasePlan, 'head' | 'branch' | 'decision' | 'planDigest'> {
  const { current, kind, level, since } = decision;
  return {
    current: current?.version ?? null,
    next: null,
    level,
    kind,
    tag: kind === 'released' ? (current?.tag ?? null) : null,
    previousTag: since?.tag ?? null,
    notes: '',
    files: [],
    changes: [],
    steps: [],
  };
}

async function withDigest(plan: Omit<ReleasePlan, 'planDigest'>): Promise<ReleasePlan> {
  return { ...plan, planDigest: await digestPlan(plan) };
}

/** What the changelog says about the version; dated like the commit that is released. */
export function sectionOf(
  decision: ReleaseDecision,
  version: string,
  settings: Config['release'],
  history: {
    readonly head: string;
    readonly commits: readonly { readonly sha: string; readonly committedAt: string }[];
  },
  links: ReturnType<typeof linksOf>,
): ChangelogSection {
  const head = history.commits.find(({ sha }) => sha === history.head);
  const found = notesSections(decision.commits, { format: settings.format, links, isFirst: decision.current === null });
  return {
    version,
    tag: `${settings.tagPrefix}${version}`,
    previousTag: decision.since?.tag ?? null,
    date: dayOf(head?.committedAt),
    ...found,
  };
}
