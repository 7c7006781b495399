import type { RunEvent } from '../../ports.ts';
import { isGood } from '../report/outcome.ts';
import { formatDuration } from '../report/quantities.ts';
import type { RunFacts } from './facts.ts';
import { fit, limits, type Section, utf8Bytes } from './fit.ts';
import { codeBlock, escapeMarkdown, inlineCode, table } from './markdown.ts';
import { rolloutChart } from './rollout-chart.ts';
import { imageSection } from './image.ts';
import { scanSection } from './scan.ts';
import { testsSection } from './tests.ts';

export interface SummaryInput {
  readonly facts: RunFacts;
  readonly events: readonly RunEvent[];
  /** Where the whole document lies; null when it could not be kept. */
  readonly report: string | null;
  readonly runUrl: string | null;
}

/** The page of one run, at most 1 MiB: what happened, why, and what to do next. */
export function jobSummary(input: SummaryInput, limitBytes: number = limits.summaryBytes): string {
  const { facts, report } = input;
  const note = `*Shortened: the page would be longer than GitHub shows.${report === null ? '' : ` All of it: ${inlineCode(report)}`}*`;
  return fit(sections(input), limitBytes, utf8Bytes, note);
  function sections({ events }: SummaryInput): readonly Section[] {
    return [
      { full: heading(facts), rank: 0 },
      { full: failure(facts), rank: 0 },
      { full: keyFacts(input), rank: 1 },
      { full: stages(facts, events), rank: 2 },
      { full: testsSection(facts.tests), short: count(facts.tests?.failed.length ?? 0, 'failed test'), rank: 4 },
      { full: imageSection(facts.image), rank: 6 },
      { full: scanSection(facts.scan), short: count(facts.scan?.findings.length ?? 0, 'finding'), rank: 5 },
      { full: migrations(facts), short: count(facts.statements.length, 'classified statement'), rank: 5 },
      { full: rollout(facts), rank: 4 },
      { full: warnings(events), short: count(warningsOf(events).length, 'warning'), rank: 6 },
      { full: notes(facts), rank: 3 },
    ];
  }
}

function heading({ document }: RunFacts): string {
  const mark = isGood(document.outcome) ? '✅' : document.outcome === 'inconclusive' ? '⚠️' : '❌';
  return `## ${mark} fairway ${escapeMarkdown(document.command)}: ${document.outcome}`;
}

function failure({ failure: failed, document, problems }: RunFacts): string {
  if (failed === null) return '';
  const shown = problems.slice(0, 50).map(({ path, message, file, line }) => {
    const place = file === null ? path : `${file}${line === null ? '' : `:${line}`} ${path}`;
    return `- ${inlineCode(place)}: ${escapeMarkdown(message)}`;
  });
  return [
    `**${inlineCode(document.code)}** ${paragraph(short(failed.message))}`,
    shown.join('\n'),
    failed.hint === null ? '' : `Next:\n\n${codeBlock(short(failed.hint).split('\n'))}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The first line as text, what follows it as it was written. */
function paragraph(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  return `${escapeMarkdown(first)}${rest.length === 0 ? '' : `\n\n${codeBlock(rest)}`}`;
}

const short = (text: string): string => (text.length > 4_000 ? `${text.slice(0, 4_000)}…` : text);

function keyFacts({ facts, report, runUrl }: SummaryInput): string {
  const rows: readonly (readonly [string, string | null])[] = [
    ['Version', facts.version],
    ['Commit', facts.commit],
    ['Tag', facts.isReleased ? facts.tag : null],
    ['Artifact', facts.artifact],
    ['Address', facts.url],
    ['Rollback', facts.rollback],
    ['Verdict', facts.verdict],
    ['Whole document', report],
  ];
  const known = rows.flatMap(([name, value]) => (value === null ? [] : [[name, inlineCode(value)] as const]));
  const link = runUrl === null ? [] : [['Run', `[log](${runUrl})`] as const];
  return known.length + link.length === 0 ? '' : table(['', ''], [...known, ...link]);
}

function stages({ document }: RunFacts, events: readonly RunEvent[]): string {
  const finished = events.flatMap((event) => (event.type === 'stage-finished' ? [event] : []));
  if (finished.length === 0) return '';
  const rows = finished.map(({ stage, outcome, durationMs, summary }) => [
    inlineCode(stage),
    outcome,
    formatDuration(durationMs),
    escapeMarkdown(summary),
  ]);
  return `### Stages\n\n${table(['Stage', 'Outcome', 'Time', 'What came of it'], [...rows, ['**all**', document.outcome, formatDuration(document.durationMs), '']])}`;
}

function migrations({ migrations: all, statements, rollbackReason, rollback }: RunFacts): string {
  const told = statements.filter((one) => one.class !== 'safe');
  const parts = [
    all.length === 0
      ? ''
      : table(
          ['Migration', 'Rehearsed in'],
          all.map(({ name, durationMs }) => [inlineCode(name), durationMs === null ? '' : formatDuration(durationMs)]),
        ),
    told.length === 0
      ? ''
      : table(
          ['Where', 'Class', 'Why'],
          told.map((one) => [inlineCode(`${one.file}:${one.line}`), one.class, escapeMarkdown(one.reason)]),
        ),
    rollback === null || rollbackReason === null ? '' : `Rollback ${rollback}: ${escapeMarkdown(rollbackReason)}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `### Database\n\n${parts.join('\n\n')}`;
}

function rollout({ records, verdict }: RunFacts): string {
  const last = records.at(-1);
  if (last === undefined) return '';
  const steps = records.filter(
    (record, index) => index === 0 || records[index - 1]?.weightPercent !== record.weightPercent,
  );
  const rows = steps.map((record) => [
    record.at.slice(11, 19),
    `${record.weightPercent} %`,
    String(record.requests),
    String(record.errors),
    escapeMarkdown(record.text),
  ]);
  const ended = last.end === undefined ? '' : escapeMarkdown(last.end.message);
  return [
    `### Rollout${verdict === null ? '' : `: ${verdict}`}`,
    ended,
    rolloutChart(records),
    table(['UTC', 'Weight', 'Requests', 'Failed', ''], rows.slice(0, 200)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const warningsOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

function warnings(events: readonly RunEvent[]): string {
  const all = warningsOf(events);
  return all.length === 0 ? '' : `### Warnings\n\n${all.map(warning).join('\n')}`;
}

/** What follows the first line is something to copy. */
function warning(text: string): string {
  const [first = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  return `- ${escapeMarkdown(first)}${rest.length === 0 ? '' : `\n\n${codeBlock(rest, 'yaml')}\n`}`;
}

function notes({ notes: text, version }: RunFacts): string {
  if (text === null) return '';
  const title = version === null ? 'What changed' : `What changed in ${version}`;
  return `### ${escapeMarkdown(title)}\n\n${codeBlock(text.split('\n'), 'markdown')}`;
}

const count = (n: number, noun: string): string =>
  n === 0 ? '' : `*${n} ${noun}${n === 1 ? '' : 's'} left out here.*`;
