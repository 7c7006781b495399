/** What a run knows about the commit that an image is made of. */
export interface TagFacts {
  /** `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/42/merge`. */
  readonly ref: string;
  readonly isScheduled: boolean;
  readonly commit: string;
  /** Null when nobody knows it. */
  readonly defaultBranch: string | null;
  /** Where a pull request or a tag comes from; empty when nobody knows. */
  readonly baseRef: string;
  readonly now: Date;
  readonly commitDate: Date;
}

/** The tags that an image gets when no rule of the configuration matches are none: nothing is guessed. */
export const branchOf = ({ ref }: TagFacts): string | null => /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? null;
export const gitTagOf = ({ ref }: TagFacts): string | null => /^refs\/tags\/(.+)$/.exec(ref)?.[1] ?? null;
export const pullRequestOf = ({ ref }: TagFacts): string | null => /^refs\/pull\/(\d+)\//.exec(ref)?.[1] ?? null;

/** A text with its expressions resolved: `{{branch}}`, `{{date 'YYYYMMDD'}}`, and those of a version. */
export function resolved(text: string, facts: TagFacts, version: Readonly<Record<string, string>> = {}): string {
  return text.replaceAll(/\{\{\s*([a-z_]+)((?:\s+[^}]*?)?)\s*\}\}/g, (_whole, name: string, rest: string) => {
    const own = version[name];
    return own ?? global(name, rest, facts);
  });
}

function global(name: string, rest: string, facts: TagFacts): string {
  const isDefault = facts.defaultBranch !== null && branchOf(facts) === facts.defaultBranch;
  switch (name) {
    case 'branch':
      return safeTag(branchOf(facts) ?? '');
    case 'tag':
      return safeTag(gitTagOf(facts) ?? '');
    case 'sha':
      return facts.commit.slice(0, 7);
    case 'base_ref':
      return safeTag(facts.baseRef.replace(/^refs\/heads\//, ''));
    case 'is_default_branch':
      return String(isDefault);
    case 'is_not_default_branch':
      return String(!isDefault);
    case 'date':
      return dateText(facts.now, rest);
    case 'commit_date':
      return dateText(facts.commitDate, rest);
    default:
      return '';
  }
}

/** What registries do not take becomes a dash. */
export const safeTag = (text: string): string => text.replaceAll(/[^a-zA-Z0-9._-]+/g, '-');

const parts = { YYYY: 'year', MM: 'month', DD: 'day', HH: 'hour', mm: 'minute', ss: 'second' } as const;

/** `'YYYYMMDD-HHmmss' tz='Europe/Berlin'`; without a form the whole time in the form of ISO 8601. */
function dateText(date: Date, rest: string): string {
  const form = /^\s*'([^']*)'/.exec(rest)?.[1];
  if (form === undefined) return date.toISOString();
  const timeZone = /tz='([^']+)'/.exec(rest)?.[1] ?? 'UTC';
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const clock = new Intl.DateTimeFormat('en-GB', { ...options, second: '2-digit', hourCycle: 'h23', timeZone });
  const found = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]));
  return form.replaceAll(/\[([^\]]*)\]|YYYY|YY|MM|M|DD|D|HH|H|mm|m|ss|s|X/g, (token, literal: string | undefined) => {
    if (literal !== undefined) return literal;
    if (token === 'X') return String(Math.floor(date.getTime() / 1_000));
    if (token === 'YY') return (found['year'] ?? '').slice(-2);
    const whole = token.length === 1 ? (`${token}${token}` as keyof typeof parts) : (token as keyof typeof parts);
    const value = found[parts[whole]] ?? '';
    return token.length === 1 ? String(Number(value)) : value;
  });
}
