import { CommitParser } from 'conventional-commits-parser';

/** A line `Token: value` or `Token #value` at the end of a message. */
export interface Footer {
  readonly token: string;
  readonly value: string;
}

/** A commit message, taken apart by Conventional Commits 1.0.0 and docs/reference/commit-rules.md. */
export interface Message {
  readonly header: string;
  /** Lower case; null when the header is not conventional. */
  readonly type: string | null;
  readonly scope: string | null;
  /** What follows the colon; the whole header when it is not conventional. */
  readonly description: string;
  /** `!` before the colon. */
  readonly bang: boolean;
  readonly body: string;
  readonly footers: readonly Footer[];
  /** Text of each BREAKING CHANGE footer. */
  readonly breakingNotes: readonly string[];
  /** Issues that it names, such as `#12` or `owner/name#12`. */
  readonly references: readonly { readonly action: string | null; readonly issue: string }[];
}

/** Type: a noun of letters, digits, `-` and `_`; scope: not empty, one level of parentheses inside it. */
const headerPattern = /^([\p{L}\p{N}][\p{L}\p{N}_-]*)(?:\(((?:[^()\r\n]|\([^()\r\n]*\))+)\))?(!)?: +(\S.*)$/u;
const footerLine = /^(BREAKING[ -]CHANGE|[A-Za-z][A-Za-z0-9-]*)(?:: +| (?=#\S))(\S.*)?$/;
const breakingLine = /^(BREAKING[ -]CHANGE): +(\S.*)?$/;

/** The parser is only given lines that we have judged, so that nothing in a body can pass for more than text. */
const parser = new CommitParser({
  headerPattern,
  headerCorrespondence: ['type', 'scope', 'bang', 'description'],
  notesPattern: () => breakingLine,
  fieldPattern: /^(?!)/,
  mergePattern: /^(?!)/,
  revertPattern: /^(?!)/,
});

/** The most that is read of one message, in characters: its beginning, and its end with the footers. */
const longest = 200_000;

/** Take a message apart. Never throws, whatever the text is. */
export function parseMessage(text: string): Message {
  const whole = text.length > longest ? `${text.slice(0, longest / 2)}\n${text.slice(-longest / 2)}` : text;
  const trimmed = whole.trim();
  const lines = trimmed.includes('\r') ? trimmed.split(/\r\n|\r|\n/) : trimmed.split('\n');
  const header = (lines[0] ?? '').trimEnd();
  const [, type, scope, bang, description] = headerPattern.exec(header) ?? [];
  const rest = lines.length === 1 ? none : partsOf(lines.slice(1));
  return {
    header,
    type: type === undefined ? null : type.toLowerCase(),
    scope: scope?.trim() || null,
    description: (description ?? header).trim(),
    bang: bang === '!',
    body: rest.body,
    footers: rest.footers,
    breakingNotes: rest.breakingNotes,
    references: referencesIn(whole, header, rest),
  };
}

interface Parts extends Pick<Message, 'body' | 'footers' | 'breakingNotes'> {
  readonly prose: readonly string[];
  readonly footerLines: readonly string[];
}

const none: Parts = { body: '', footers: [], breakingNotes: [], prose: [], footerLines: [] };

/** What follows the header. */
function partsOf(lines: readonly string[]): Parts {
  const isCode = codeLines(lines);
  const start = footersStart(lines, isCode);
  const footerLines = lines.slice(start).filter((_, at) => isCode?.[start + at] !== true);
  const notes = footerLines.some((line) => breakingLine.test(line))
    ? parser.parse(['x', '', ...footerLines].join('\n')).notes
    : [];
  return {
    body: trimBlank(lines.slice(0, start)).join('\n'),
    footers: readFooters(footerLines),
    breakingNotes: notes.map((note) => note.text.trim()),
    prose: lines.slice(0, start).filter((_, at) => isCode?.[at] !== true),
    footerLines,
  };
}

/** Body lines lose what could look like a footer; they are there for the issues that they name. */
function fed(header: string, { prose, footerLines }: Parts): string {
  const body = prose.filter((line) => line.includes('#')).map((line) => ` ${line}`);
  return [header, '', ...body, '', ...footerLines.map((line) => (line.trim() === '' ? '' : line))].join('\n');
}

const squashed = / \(#(\d+)\)$/;
const closing = /(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s/i;

/** A squashed pull request with nothing else is the usual case, and needs no parser. */
function referencesIn(whole: string, header: string, rest: Parts): Message['references'] {
  const first = whole.indexOf('#');
  if (first === -1 || header === '') return [];
  const number = whole.includes('#', first + 1) || closing.test(header) ? undefined : squashed.exec(header)?.[1];
  if (number !== undefined) return [{ action: null, issue: `#${number}` }];
  return references(parser.parse(fed(header, rest)).references);
}

function references(
  found: readonly {
    readonly action: string | null;
    readonly owner: string | null;
    readonly repository: string | null;
    readonly issue: string;
  }[],
): Message['references'] {
  return found
    .filter(({ issue }) => /^\d+$/.test(issue))
    .map(({ action, owner, repository, issue }) => ({
      action: action === null ? null : action.toLowerCase(),
      issue: `${repository === null ? '' : owner === null ? repository : `${owner}/${repository}`}#${issue}`,
    }));
}

/** Lines between fences are examples. (An indented line never begins a footer anyway.) */
function codeLines(lines: readonly string[]): readonly boolean[] | null {
  if (!lines.some((line) => line.includes('```') || line.includes('~~~'))) return null;
  let fence: string | null = null;
  return lines.map((line, at) => {
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark !== null && mark[0] === fence[0] && mark.length >= fence.length) fence = null;
      return true;
    }
    if (mark === null || !closes(lines, at + 1, mark)) return false;
    fence = mark;
    return true;
  });
}

/** A fence that nobody closes is a line like any other: else one stray mark would hide a breaking change. */
function closes(lines: readonly string[], from: number, mark: string): boolean {
  return lines.slice(from).some((line) => {
    const end = /^ {0,3}(```+|~~~+)\s*$/.exec(line)?.[1];
    return end !== undefined && end[0] === mark[0] && end.length >= mark.length;
  });
}

/**
 * Where the footers begin: at the first BREAKING CHANGE line outside code, or at the last run of paragraphs
 * that all begin with a footer, whichever comes first.
 */
function footersStart(lines: readonly string[], isCode: readonly boolean[] | null): number {
  const breaking = lines.findIndex((line, at) => isCode?.[at] !== true && breakingLine.test(line));
  let start = lines.length;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const isParagraphStart = (lines[at] ?? '').trim() !== '' && (at === 0 || (lines[at - 1] ?? '').trim() === '');
    if (!isParagraphStart) continue;
    if (isCode?.[at] === true || !footerLine.test(lines[at] ?? '')) break;
    start = at;
  }
  return breaking === -1 ? start : Math.min(start, breaking);
}

function readFooters(lines: readonly string[]): readonly Footer[] {
  const footers: { token: string; value: string }[] = [];
  for (const line of lines) {
    const match = footerLine.exec(line);
    const last = footers.at(-1);
    if (match !== null) footers.push({ token: match[1] ?? '', value: match[2] ?? '' });
    else if (last !== undefined) last.value += `\n${line}`;
  }
  return footers.map(({ token, value }) => ({ token, value: value.trim() }));
}

function trimBlank(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first === -1 ? [] : lines.slice(first, last + 1);
}
