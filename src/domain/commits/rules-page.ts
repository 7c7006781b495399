import { commitRules } from './rules.ts';

/** The sixteen rules of Conventional Commits 1.0.0, each with what Fairway makes of it. */
const specification: readonly (readonly [string, string])[] = [
  [
    'A type, an optional scope, an optional `!`, then colon and space',
    'Strict: `feat:a` and `feat : a` are not conventional and have no effect; `commits lint` says so.',
  ],
  ['`feat` adds a feature', 'Minor.'],
  ['`fix` repairs a bug', 'Patch.'],
  [
    'A scope is a noun in parentheses',
    'Anything but an empty one; several scopes (`a,b`) are one text; one level of parentheses inside is allowed. The scope ends at its own parenthesis.',
  ],
  ['A description follows the colon and space', 'Without one the header is not conventional.'],
  [
    'A body begins one blank line after the description',
    'A body without the blank line is read as a body; `commits lint` warns.',
  ],
  ['A body is free-form', 'Nothing in it has an effect but a line `BREAKING CHANGE: text` outside a code fence.'],
  [
    'Footers come one blank line after the body, `Token: value` or `Token #value`',
    'Footers are the last paragraphs that all begin with a token. A line `Note: text` inside the body is text.',
  ],
  ['Tokens use `-` for blanks, except BREAKING CHANGE', 'As written.'],
  ['A value may span lines until the next token', 'Blank lines included, after a BREAKING CHANGE.'],
  ['Breaking changes are told in the prefix or a footer', 'Either is enough.'],
  [
    'The footer form: capitals, colon, space, description',
    'As written: `BREAKING CHANGE #12` is not one (rule 8 would allow it, rule 12 does not).',
  ],
  ['The `!` form', 'For every type; the description is what users read.'],
  ['Other types may be used', 'They have the level of `release.types`, else none; with `!` they are breaking.'],
  ['Case-insensitive, except BREAKING CHANGE', '`FEAT: a` is a feature; `breaking change: a` is text.'],
  ['BREAKING-CHANGE is the same as BREAKING CHANGE', 'Yes.'],
];

/** What the specification leaves open. */
const decisions: readonly (readonly [string, string])[] = [
  ['A commit and its revert in one range', 'Both disappear: from the version and from the notes.'],
  [
    'Which revert is understood',
    '`git revert`; short names; `Refs:` (the FAQ of the specification); `Reverts owner/name#12` of GitHub; several names; the revert of a merge takes back all it brought; a name that a rebase changed is found by the quoted header.',
  ],
  [
    'A revert of a revert, and `Reapply`',
    'The work counts again. When the revert was released, it counts as what it brings back.',
  ],
  ['A revert of released work', 'Patch, listed as a revert.'],
  ['`fixup!`, `squash!`, `amend!`', 'No effect; `commits lint` refuses them.'],
  [
    'Merge commits',
    'No effect, their commits count. One with a conventional header counts for what its branch does not already say.',
  ],
  [
    'A squash whose body lists several commits',
    'Its header decides: it is what was reviewed. BREAKING CHANGE lines in the body count.',
  ],
  [
    'The same change twice',
    'Listed once. Twins are known by `cherry picked from`, by the same pull request with the same header, and by the same patch with the same header. A twin in a release of another line is listed as "also in" that version.',
  ],
  [
    'What a type may be made of',
    'Letters and digits of any language, `-` and `_`, beginning with a letter or a digit. A type without a level has no effect.',
  ],
  ['`Release-As: 1.2.3`', 'The newest one of the range decides the version. It must be higher than the last and free.'],
  [
    '0.x',
    'A breaking change is minor (`release.zero.breaking`), a feature is minor (`release.zero.feature`). 1.0.0 comes by `--major`, `Release-As` or that switch only.',
  ],
  ['The first release', '`release.initial` (0.1.0), whatever the commits say; its notes list at most 500 changes.'],
  [
    'Prereleases',
    'The level is that since the last stable version; channels only go up: alpha, beta, rc, stable. The notes of the stable version hold those of its prereleases.',
  ],
  [
    'Which release is the last',
    'The highest version that the branch contains, not the newest tag. Tags elsewhere block their version.',
  ],
  [
    'Maintenance branches',
    '`1.x` and `1.4.x` (also after a slash, and with `v`) hold the versions of their range; what does not fit is refused.',
  ],
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '<br>');

/** docs/reference/commit-rules.md, made from the rules that decide. */
export function commitRulesPage(): string {
  const rules = commitRules.map(
    ({ id, says, spec, example }, at) =>
      `| ${at + 1} | \`${id}\` | ${cell(says)} | ${spec.join(', ') || '-'} | \`${cell(example.message.split('\n').join(' / '))}\` -> ${example.level} |`,
  );
  return [
    '# What a commit means',
    '',
    'Generated from `src/domain/commits/rules.ts`; `fairway release explain` names the rule of every commit.',
    '',
    '## How one message decides',
    '',
    'The first rule that applies decides. "Spec" are the numbers of the rules of Conventional Commits 1.0.0.',
    '',
    '| | Rule | Says | Spec | Example |',
    '| --- | --- | --- | --- | --- |',
    ...rules,
    '',
    '## The specification, rule by rule',
    '',
    '| | Conventional Commits 1.0.0 | Fairway |',
    '| --- | --- | --- |',
    ...specification.map(([rule, answer], at) => `| ${at + 1} | ${cell(rule)} | ${cell(answer)} |`),
    '',
    '## What the specification leaves open',
    '',
    '| Question | Answer |',
    '| --- | --- |',
    ...decisions.map(([question, answer]) => `| ${cell(question)} | ${cell(answer)} |`),
    '',
  ].join('\n');
}
