import { parseMessage } from '../../../domain/commits/message.ts';
import type { LintFinding } from '../../../domain/commits/lint.ts';
import { effectOf, lintMessage } from '../../../domain/commits/lint.ts';
import { withoutComments } from '../../../domain/commits/hook.ts';
import { ConfigError, GateFailed } from '../../../errors.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import type { Released } from '../released.ts';
import { openReleased } from '../released.ts';

interface Checked {
  readonly what: string;
  readonly header: string;
  readonly effect: string;
  readonly findings: readonly LintFinding[];
}

/** Check commit messages with the parser of the release. */
export const run: CommandBody = async (context) => {
  const [verb, range] = context.positionals;
  if (verb !== 'lint') {
    throw new ConfigError('COMMAND_LINE_INVALID', `fairway commits ${verb ?? ''} is not known.`, {
      hint: 'fairway commits lint [RANGE | --title TEXT | --file FILE]',
    });
  }
  const checked = await messages(context, range);
  const bad = checked.filter(({ findings }) => findings.some(({ severity }) => severity === 'error'));
  const result = { checked: checked.length, failed: bad.length, messages: checked };
  const lines = checked
    .filter(({ findings }) => findings.length > 0)
    .flatMap(({ what, header, findings }) => [
      `${what} ${header}`,
      ...findings.map(({ severity, rule, message }) => `  ${severity}: ${message} (${rule})`),
    ]);
  if (bad.length > 0) {
    const error = new GateFailed(
      'COMMITS_INVALID',
      `${bad.length} of ${checked.length} messages would not be read as they are meant.`,
      {
        hint: 'Reword them: git commit --amend, or git rebase -i. The rules: docs/reference/commit-rules.md',
        facts: { failed: bad.length },
      },
    );
    return { error, result, summary: lines };
  }
  return {
    outcome: 'ok',
    code: 'COMMITS_VALID',
    result,
    summary: [...lines, `${checked.length} messages are well formed.`],
  };
};

async function messages(context: CommandContext, range: string | undefined): Promise<readonly Checked[]> {
  const title = context.flags['title'];
  const file = context.flags['file'];
  if ([title, file].filter((given) => given !== undefined).length > 1) {
    throw new ConfigError('COMMAND_LINE_INVALID', '--title and --file do not go together.');
  }
  const released = typeof title === 'string' && range === undefined ? null : await openReleased(context);
  if (typeof file === 'string' && released !== null) {
    const text = new TextDecoder().decode(
      await released.readFile(file).catch((cause: unknown) => missing(file, cause)),
    );
    const mark = await released.repository.setting('core.commentChar');
    return [check(file, withoutComments(text, mark))];
  }
  const titled = typeof title === 'string' ? [check('title', title)] : [];
  if (released === null) return titled;
  const commits = await inRange(released, range);
  // A squash of one commit takes that commit's message and not the title.
  const wanted = titled.length > 0 && commits.length !== 1 ? [] : commits;
  return [...titled, ...wanted.map(({ sha, message }) => check(sha.slice(0, 10), message))];
}

function check(what: string, text: string): Checked {
  return { what, header: parseMessage(text).header, effect: effectOf(text), findings: lintMessage(text) };
}

function missing(file: string, cause: unknown): never {
  throw new ConfigError('FILE_MISSING', `${file} cannot be read.`, { cause });
}

/** `A..B`, one revision (what HEAD has beyond it), or, without any, what HEAD has beyond the last release. */
async function inRange({ repository, settings }: Released, range: string | undefined) {
  const [from, to = 'HEAD'] = range === undefined ? [undefined] : range.split(/\.{2,3}/);
  const head = await repository.resolve(to === '' ? 'HEAD' : to);
  const base = from === undefined ? null : await repository.resolve(from);
  if (head === null || (from !== undefined && base === null)) {
    throw new ConfigError('REVISION_UNKNOWN', `${range ?? 'HEAD'} names no commits of this repository.`, {
      hint: 'Write it as FROM..TO, such as origin/main..HEAD; in CI the clone needs the base as well.',
    });
  }
  const released = (await repository.tags())
    .filter(({ name }) => name.startsWith(settings.tagPrefix))
    .map(({ commit }) => commit);
  return await repository.history({ from: base === null ? [...new Set(released)] : [base], to: head });
}
