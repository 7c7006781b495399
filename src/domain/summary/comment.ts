import type { RunEvent } from '../../ports.ts';
import { isGood } from '../report/outcome.ts';
import { formatDuration } from '../report/quantities.ts';
import type { RunFacts } from './facts.ts';
import { fit, limits } from './fit.ts';
import { codeBlock, escapeMarkdown, inlineCode, table } from './markdown.ts';
import { imageSection } from './image.ts';
import { introducedSection } from './scan.ts';
import { testsSection } from './tests.ts';

/** Finds our comment again, so that it is changed and not repeated. `name` is made harmless. */
export const commentMarker = (name: string): string => `<!-- fairway:${name.replace(/[^A-Za-z0-9_/-]/g, '_')} -->`;

/** The comment on a pull request: what the change would do, at most 65,000 characters. */
export function pullRequestComment(
  facts: RunFacts,
  events: readonly RunEvent[],
  options: { readonly marker: string; readonly runUrl: string | null },
): string {
  const { document, failure, statements, migrations, version, level, rollback, rollbackReason, notes } = facts;
  const told = statements.filter((one) => one.class !== 'safe');
  const finished = events.flatMap((event) => (event.type === 'stage-finished' ? [event] : []));
  const link = options.runUrl === null ? '' : ` ([log](${options.runUrl}))`;
  const sections = [
    { full: options.marker, rank: 0 },
    {
      full: `**fairway ${escapeMarkdown(document.command)}** ${isGood(document.outcome) ? '✅' : '❌'} ${document.outcome}${link}`,
      rank: 0,
    },
    {
      full: failure === null ? '' : `${inlineCode(document.code)} ${escapeMarkdown(failure.message.slice(0, 4_000))}`,
      rank: 1,
    },
    {
      full: version === null ? '' : `Next version: ${inlineCode(version)}${level === null ? '' : ` (${level})`}`,
      rank: 0,
    },
    {
      full:
        migrations.length === 0
          ? ''
          : `Migrations: ${migrations.map(({ name }) => inlineCode(name)).join(', ')}${rollback === null ? '' : `. Rollback ${rollback}: ${escapeMarkdown(rollbackReason ?? '')}`}`,
      rank: 3,
    },
    {
      full:
        told.length === 0
          ? ''
          : table(
              ['Where', 'Class', 'Why'],
              told.map((one) => [inlineCode(`${one.file}:${one.line}`), one.class, escapeMarkdown(one.reason)]),
            ),
      short: `*${told.length} statements of migrations need a look.*`,
      rank: 5,
    },
    { full: testsSection(facts.tests), short: '*Which tests failed is in the summary of the run.*', rank: 4 },
    { full: imageSection(facts.image), rank: 6 },
    {
      full: introducedSection(facts.scan),
      short: '*What the scan found is in the summary of the run.*',
      rank: 5,
    },
    {
      full:
        finished.length === 0
          ? ''
          : `<details><summary>Stages</summary>\n\n${table(
              ['Stage', 'Outcome', 'Time'],
              finished.map((one) => [inlineCode(one.stage), one.outcome, formatDuration(one.durationMs)]),
            )}\n\n</details>`,
      rank: 4,
    },
    {
      full:
        notes === null
          ? ''
          : `<details><summary>What would be in the changelog</summary>\n\n${codeBlock(notes.split('\n'), 'markdown')}\n\n</details>`,
      short: notes === null ? '' : '*The changelog is too long for a comment.*',
      rank: 6,
    },
  ];
  return fit(
    sections,
    limits.commentCharacters,
    (text) => text.length,
    '*Shortened: the rest is in the summary of the run.*',
  );
}
