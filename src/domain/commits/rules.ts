import type { Level } from '../release/level.ts';
import { defaultLevels } from '../release/settings.ts';
import type { Message } from './message.ts';

/** One line of the decision table: the first that applies decides. */
export interface CommitRule {
  /** Stable; `release explain` and the plan name it. */
  readonly id: string;
  /** When it applies and what follows, for docs/reference/commit-rules.md. */
  readonly says: string;
  /** Numbers of the rules of Conventional Commits 1.0.0 that it follows. */
  readonly spec: readonly number[];
  /** What a commit must look like, and what comes out: shown in the table and run as a test. */
  readonly example: { readonly message: string; readonly level: Level };
  applies(
    message: Message,
    levels: Readonly<Record<string, Level>>,
  ): { readonly level: Level; readonly why: string } | null;
}

const whenTrue = (condition: boolean, level: Level, why: string) => (condition ? { level, why } : null);

/** How one message decides, without its neighbours: reverts, twins and merges come afterwards. */
export const commitRules: readonly CommitRule[] = [
  {
    id: 'breaking-mark',
    says: 'A `!` before the colon is a breaking change, whatever the type.',
    spec: [11, 13, 14],
    example: { message: 'chore!: drop Node 20', level: 'major' },
    applies: (m) => whenTrue(m.type !== null && m.bang, 'major', `"${m.type ?? ''}!" marks a breaking change`),
  },
  {
    id: 'breaking-footer',
    says: 'A line `BREAKING CHANGE: text` or `BREAKING-CHANGE: text`, in capitals, at the start of a line and outside a code fence, is a breaking change, whatever the header; also when the blank line before it is missing, because a breaking change that is overlooked is the worse error.',
    spec: [8, 10, 11, 12, 15, 16],
    example: { message: 'fix: close idle connections\n\nBREAKING-CHANGE: the default is 30 s', level: 'major' },
    applies: (m) =>
      whenTrue(
        m.breakingNotes.some((note) => note !== '') && !/^(fixup|squash|amend)! /.test(m.header),
        'major',
        'a BREAKING CHANGE footer says so',
      ),
  },
  {
    id: 'autosquash',
    says: '`fixup!`, `squash!` and `amend!` are meant to disappear into another commit: no effect.',
    spec: [],
    example: { message: 'fixup! feat: add search', level: 'none' },
    applies: (m) =>
      whenTrue(/^(fixup|squash|amend)! /.test(m.header), 'none', 'is meant to be squashed into another commit'),
  },
  {
    id: 'revert',
    says: 'A revert (`git revert`, or the type `revert`) of work that is already released is a patch; one of work in the same range makes both disappear.',
    spec: [],
    example: { message: 'Revert "feat: add search"\n\nThis reverts commit 3f2a91c.', level: 'patch' },
    applies: (m, levels) =>
      whenTrue(
        m.type === 'revert' || /^(Revert|Reapply) ".*"?$/.test(m.header),
        levels['revert'] ?? 'patch',
        'takes back work that was released',
      ),
  },
  {
    id: 'type-feat',
    says: '`feat` adds a feature: minor. Types are read in any case.',
    spec: [1, 2, 5, 15],
    example: { message: 'FEAT(search): find by tag', level: 'minor' },
    applies: (m, levels) => whenTrue(m.type === 'feat', levels['feat'] ?? 'minor', 'adds a feature'),
  },
  {
    id: 'type-fix',
    says: '`fix` repairs something: patch.',
    spec: [1, 3, 5, 15],
    example: { message: 'fix: count the last page', level: 'patch' },
    applies: (m, levels) => whenTrue(m.type === 'fix', levels['fix'] ?? 'patch', 'fixes a bug'),
  },
  {
    id: 'type-other',
    says: 'Any other type has the level that `release.types` gives it; by default `perf` and `security` are a patch and all others have no effect.',
    spec: [14],
    example: { message: 'perf: answer from the cache', level: 'patch' },
    applies: (m, levels) => {
      if (m.type === null) return null;
      const level = levels[m.type] ?? 'none';
      return {
        level,
        why: level === 'none' ? `"${m.type}" changes nothing for users` : `"${m.type}" is a ${level} change`,
      };
    },
  },
  {
    id: 'merge',
    says: 'A merge without a conventional header has no effect: its commits speak for themselves.',
    spec: [],
    example: { message: "Merge branch 'main' into topic", level: 'none' },
    applies: (m) =>
      whenTrue(
        /^Merge (branch|branches|pull request|remote-tracking|tag|commit)\b/.test(m.header),
        'none',
        'is a merge; its commits speak for themselves',
      ),
  },
  {
    id: 'not-conventional',
    says: 'A header that is not `type(scope)!: description` has no effect: the space after the colon, the description and a scope that is not empty are needed.',
    spec: [1, 4, 5],
    example: { message: 'feat:add search', level: 'none' },
    applies: () => ({ level: 'none', why: 'the header is not "type(scope): description"' }),
  },
];

export interface Judgement {
  readonly rule: string;
  readonly level: Level;
  readonly why: string;
  readonly breaking: boolean;
}

const noTypes: Readonly<Record<string, Level>> = {};
const levelsByTypes = new WeakMap<object, Readonly<Record<string, Level>>>();

/** The defaults with what the configuration says, put together once and not for every commit. */
function levelsOf(types: Readonly<Record<string, Level>>): Readonly<Record<string, Level>> {
  const known = levelsByTypes.get(types) ?? { ...defaultLevels, ...types };
  levelsByTypes.set(types, known);
  return known;
}

/** What one message means on its own: the first rule that applies. */
export function judgeMessage(message: Message, types: Readonly<Record<string, Level>> = noTypes): Judgement {
  const levels = levelsOf(types);
  for (const rule of commitRules) {
    const found = rule.applies(message, levels);
    if (found !== null) return { rule: rule.id, ...found, breaking: rule.id.startsWith('breaking') };
  }
  return { rule: 'not-conventional', level: 'none', why: 'no rule applies', breaking: false };
}
