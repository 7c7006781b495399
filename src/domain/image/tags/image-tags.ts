import { branchOf, gitTagOf, pullRequestOf, resolved, safeTag, type TagFacts } from './expression.ts';
import type { TagRule } from './rule.ts';
import { pythonVersion, semanticVersion, type TagVersion } from './version.ts';

export type { TagFacts } from './expression.ts';

/** What all tags have in common. */
export interface TagFlavor {
  /** auto: when the first rule that decides found a tag or a final version of git. */
  readonly latest: 'auto' | 'true' | 'false';
  readonly prefix: string;
  readonly suffix: string;
  /** Prefix and suffix are put to `latest`, too. */
  readonly onLatest: boolean;
}

export const plainFlavor: TagFlavor = { latest: 'auto', prefix: '', suffix: '', onLatest: false };

export interface ImageTags {
  /** The tag of the rule that decided first; null when none did. */
  readonly version: string | null;
  /** In the order of their priorities, `latest` last. */
  readonly tags: readonly string[];
  /** Why rules that should have made one made none. */
  readonly remarks: readonly string[];
}

interface Made {
  readonly tag: string;
  readonly isLatest: boolean;
}

/**
 * The tags of an image, by the rules that docker/metadata-action documents.
 *
 * A pre-release gets its full version only. The longest tag that registries take has 128 characters.
 */
export function imageTags(rules: readonly TagRule[], flavor: TagFlavor, facts: TagFacts): ImageTags {
  const remarks: string[] = [];
  const made = rules
    .toSorted((a, b) => b.priority - a.priority)
    .filter(({ enable }) => resolved(enable, facts) === 'true')
    .flatMap((rule) => {
      const one = tagOf(rule, facts, remarks);
      if (one === null || one.tag === '') return [];
      const tag = `${resolved(rule.prefix ?? flavor.prefix, facts)}${one.tag}${resolved(rule.suffix ?? flavor.suffix, facts)}`;
      return [{ ...one, tag: safeTag(tag).slice(0, 128) }];
    });
  const [first] = made;
  const isLatest =
    flavor.latest === 'auto' ? (first?.isLatest ?? false) : flavor.latest === 'true' && first !== undefined;
  const latest = flavor.onLatest ? `${flavor.prefix}latest${flavor.suffix}` : 'latest';
  const tags = [...made.map(({ tag }) => tag), ...(isLatest ? [resolved(latest, facts)] : [])];
  return { version: first?.tag ?? null, tags: [...new Set(tags)], remarks };
}

function tagOf(rule: TagRule, facts: TagFacts, remarks: string[]): Made | null {
  const { type, of } = rule;
  const plain = (tag: string): Made => ({ tag, isLatest: false });
  const branch = branchOf(facts);
  switch (type) {
    case 'schedule':
      return facts.isScheduled ? plain(resolved(of['pattern'] ?? '', facts)) : null;
    case 'semver':
      return fromVersion(rule, facts, semanticVersion, remarks);
    case 'pep440':
      return fromVersion(rule, facts, pythonVersion, remarks);
    case 'match':
      return fromMatch(rule, facts, remarks);
    case 'edge': {
      const wanted = of['branch'] || facts.defaultBranch;
      return branch !== null && branch === wanted ? plain(resolved(of['value'] ?? '', facts)) : null;
    }
    case 'ref':
      return fromRef(of['event'] ?? '', facts);
    case 'raw':
      return plain(resolved(of['value'] ?? '', facts));
    case 'sha':
      return plain(of['format'] === 'long' ? facts.commit : facts.commit.slice(0, 7));
  }
}

function fromRef(event: string, facts: TagFacts): Made | null {
  const name = event === 'branch' ? branchOf(facts) : event === 'tag' ? gitTagOf(facts) : pullRequestOf(facts);
  return name === null ? null : { tag: safeTag(name), isLatest: event === 'tag' };
}

/** `{{version}}` and `{{raw}}` are all of a version; every other pattern would move a tag to a pre-release. */
const isWhole = (pattern: string): boolean => /^\{\{\s*(version|raw)\s*\}\}$/.test(pattern);

function fromVersion(
  { type, of }: TagRule,
  facts: TagFacts,
  read: (text: string) => TagVersion | null,
  remarks: string[],
): Made | null {
  const text = of['value'] ? resolved(of['value'], facts) : gitTagOf(facts)?.replaceAll('/', '-');
  if (text === undefined) return null;
  const version = read(text);
  if (version === null) {
    remarks.push(`${text} is no version for a rule of the type ${type}`);
    return null;
  }
  const pattern = of['pattern'] ?? '';
  const used = version.isFinal || isWhole(pattern) ? pattern : '{{version}}';
  return { tag: resolved(used, facts, version.fields), isLatest: version.isFinal };
}

function fromMatch({ of }: TagRule, facts: TagFacts, remarks: string[]): Made | null {
  const text = of['value'] ? resolved(of['value'], facts) : gitTagOf(facts);
  if (text === null) return null;
  const whole = of['pattern'] ?? '';
  const [, body = whole, flags = ''] = /^\/(.+)\/([a-z]*)$/.exec(whole) ?? [];
  const expression = expressionOf(body, flags);
  if (expression === null) {
    remarks.push(`${whole} is no regular expression`);
    return null;
  }
  const found = expression.exec(text)?.[Number(of['group'] ?? '0')];
  if (found === undefined) remarks.push(`${whole} does not match ${text}`);
  return found === undefined ? null : { tag: found, isLatest: true };
}

function expressionOf(body: string, flags: string): RegExp | null {
  try {
    return new RegExp(body, flags.replace('g', ''));
  } catch {
    return null;
  }
}
