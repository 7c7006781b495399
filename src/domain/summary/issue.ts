import { harmless } from '../report/harmless.ts';
import { formatDuration } from '../report/quantities.ts';
import type { RunFacts } from './facts.ts';
import { fit, limits } from './fit.ts';
import { codeBlock, escapeMarkdown, inlineCode, table } from './markdown.ts';

export interface RollbackIssue {
  readonly title: string;
  readonly body: string;
}

/** The issue after a rollback: what was seen, what serves, and the questions that people have to answer. */
export function rollbackIssue(
  facts: RunFacts,
  where: { readonly environment: string; readonly marker: string; readonly runUrl: string | null },
): RollbackIssue {
  const { document, failure, version, commit, records } = facts;
  const what = version ?? commit?.slice(0, 7) ?? 'a release';
  const rows = records
    .filter((record, index) => record.weightPercent !== records[index - 1]?.weightPercent || record.end !== undefined)
    .map((one) => [
      one.at,
      `${one.weightPercent} %`,
      String(one.requests),
      String(one.errors),
      escapeMarkdown(one.text),
    ]);
  const body = fit(
    [
      { full: where.marker, rank: 0 },
      {
        full: `${inlineCode(what)} was ${document.outcome === 'rollback-failed' ? 'not rolled back completely' : 'rolled back'} in ${inlineCode(where.environment)} after ${formatDuration(document.durationMs)}.`,
        rank: 0,
      },
      {
        full: `**Reason** ${inlineCode(document.code)}: ${escapeMarkdown((failure?.message ?? '').slice(0, 4_000))}`,
        rank: 0,
      },
      { full: failure?.hint == null ? '' : codeBlock(failure.hint.slice(0, 4_000).split('\n')), rank: 2 },
      {
        full:
          rows.length === 0
            ? ''
            : `**Evidence**\n\n${table(['When', 'Weight', 'Requests', 'Failed', ''], rows.slice(-60))}`,
        rank: 3,
      },
      // As it is, GitHub makes a link of it.
      { full: commit !== null && /^[0-9a-f]{40,64}$/.test(commit) ? `Commit: ${commit}` : '', rank: 1 },
      { full: where.runUrl === null ? '' : `[Log of the run](${where.runUrl})`, rank: 1 },
      {
        full: '- [ ] What did users notice, and how many of them?\n- [ ] Why did no test or rehearsal see it?\n- [ ] Which check would have?\n- [ ] What is changed so that it does not come back?',
        rank: 1,
      },
    ],
    limits.commentCharacters,
    (text) => text.length,
    '*Shortened: the rest is in the summary of the run.*',
  );
  const title = harmless(`Rolled back: ${what} in ${where.environment} (${document.code})`);
  return { title: title.slice(0, 250), body };
}
