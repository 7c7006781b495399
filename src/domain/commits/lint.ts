import { revertOf } from '../release/reverts.ts';
import { parseMessage } from './message.ts';
import { judgeMessage } from './rules.ts';

/** One thing about a commit message that the release would not understand as it was meant. */
export interface LintFinding {
  /** Stable: `header-form`, `breaking-form`. */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface LintOptions {
  /** Header lines above this are a warning. */
  readonly maxHeader?: number;
}

const exempt = /^(Merge (branch|branches|pull request|remote-tracking|tag|commit)\b|(Revert|Reapply) ")/;

/** Read a message with the parser of the release and say what it would lose. An empty list is a good message. */
export function lintMessage(text: string, options: LintOptions = {}): readonly LintFinding[] {
  const message = parseMessage(text);
  const findings: LintFinding[] = [];
  const add = (rule: string, severity: LintFinding['severity'], said: string) =>
    findings.push({ rule, severity, message: said });
  const { header } = message;
  if (header === '') return [{ rule: 'header-empty', severity: 'error', message: 'The message is empty.' }];
  if (/^(fixup|squash|amend)! /.test(header)) {
    add('autosquash', 'error', 'It is meant to be squashed: run git rebase --autosquash first.');
  } else if (message.type === null && !exempt.test(header)) add('header-form', 'error', headerAdvice(header));
  if (header.length > (options.maxHeader ?? 100)) {
    add(
      'header-length',
      'warning',
      `The header has ${header.length} characters; ${options.maxHeader ?? 100} are read well.`,
    );
  }
  const second = text.replace(/^\s+/, '').split(/\r\n|\r|\n/)[1];
  if (second !== undefined && second.trim() !== '')
    add('body-blank', 'warning', 'A blank line belongs between header and body.');
  breakingForms(text, message.breakingNotes, add);
  for (const { token, value } of message.footers) {
    if (token.toLowerCase() === 'release-as' && !/^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(value)) {
      add('release-as', 'error', `Release-As: ${JSON.stringify(value)} is no version.`);
    }
  }
  const revert = revertOf(message);
  if (revert !== null && revert.shas.length === 0 && revert.pullRequests.length === 0) {
    add(
      'revert-target',
      'warning',
      'Say which commit it takes back ("This reverts commit SHA."); only the header can be compared now.',
    );
  }
  return findings;
}

function headerAdvice(header: string): string {
  const [, type = '', scope = '', rest = ''] = /^([\p{L}\p{N}_-]+)(\([^)]*\))?!?\s*:?(.*)$/u.exec(header) ?? [];
  if (scope === '()') return 'The scope is empty: name it, or leave the parentheses out.';
  if (/^[\p{L}\p{N}_-]+(\([^)]*\))?!?:\S/u.test(header))
    return `A space belongs after the colon: "${type}${scope}: ${rest.trim()}".`;
  if (/^[\p{L}\p{N}_-]+(\([^)]*\))?!?:\s*$/u.test(header)) return 'The description is missing.';
  if (/^[\p{L}\p{N}_-]+(\([^)]*\))?!?\s+:/u.test(header)) return 'No space belongs before the colon.';
  return 'The header is not "type(scope): description", such as "fix(search): count the last page".';
}

function breakingForms(
  text: string,
  notes: readonly string[],
  add: (rule: string, severity: LintFinding['severity'], said: string) => void,
): void {
  if (notes.some((note) => note === ''))
    add('breaking-empty', 'error', 'BREAKING CHANGE says nothing: describe it on the same line.');
  for (const line of text.split(/\r\n|\r|\n/).slice(1)) {
    if (/^BREAKING[ -]CHANGE(\s+#|:\S|\s*$|\s+:)/.test(line)) {
      add(
        'breaking-form',
        'error',
        `"${line.trim().slice(0, 40)}" is not read as a breaking change: write "BREAKING CHANGE: text".`,
      );
    } else if (/^breaking[ -]changes?\s*:/i.test(line) && !/^BREAKING[ -]CHANGE: /.test(line)) {
      add(
        'breaking-form',
        'warning',
        `"${line.trim().slice(0, 40)}" is not read as a breaking change: it must be "BREAKING CHANGE: text", in capitals.`,
      );
    }
  }
}

/** What a message would do to the version, in one sentence. */
export function effectOf(text: string): string {
  const { level, rule, why } = judgeMessage(parseMessage(text));
  return `${level} (${rule}: ${why})`;
}
