import type { CommandSpec } from '../command-spec.ts';

/** Versions and what changed. */
export const versions: readonly CommandSpec[] = [
  {
    name: 'release',
    summary: 'Decide, prepare, publish or verify a release: version, changelog, tag, assets',
    operands: ['[plan|explain|prepare|publish|verify]', '[VERSION]'],
    about:
      'Works in any git repository. Without a verb: all of it, where nothing is deployed; "ship" does it around a deploy. "prepare" makes the release commit and prints it, "publish" does the rest; the same command resumes after any interruption.',
    flags: [
      { name: 'major', kind: 'switch', about: 'at least a major version; the way from 0.x to 1.0.0' },
      { name: 'release-as', kind: 'text', value: 'VERSION', about: 'exactly this version' },
      {
        name: 'channel',
        kind: 'text',
        value: 'NAME',
        choices: ['alpha', 'beta', 'rc', 'stable'],
        about: 'a prerelease of this kind, or stable',
      },
      {
        name: 'plan-digest',
        kind: 'text',
        value: 'DIGEST',
        about: 'refuse when the plan is another than the one with this digest',
      },
      { name: 'output', kind: 'text', value: 'FILE', about: 'write the plan there, such as release-plan.json' },
    ],
    examples: [
      { line: 'fairway release plan', does: 'the next version and its notes; changes nothing' },
      { line: 'fairway release explain', does: 'for each commit: rule, level, why' },
      { line: 'fairway release', does: 'release a project that is not deployed' },
      { line: 'fairway release verify v1.4.0', does: 'look at a published release again' },
    ],
    recorded: true,
    load: () => import('../commands/release.ts'),
  },
  {
    name: 'changelog',
    summary: 'Write what changed: since the last release, between versions, or ever',
    operands: [],
    about:
      'Made from the commits, in the form of release.format. A stable version tells all that its prereleases brought. Works in any git repository.',
    flags: [
      { name: 'from', kind: 'text', value: 'VERSION', about: 'versions after this one' },
      { name: 'to', kind: 'text', value: 'VERSION', about: 'versions up to this one' },
      { name: 'all', kind: 'switch', about: 'every version of the repository' },
      {
        name: 'prereleases',
        kind: 'switch',
        about: 'a section for each of them; without it, only where no stable version followed yet',
      },
      { name: 'output', kind: 'text', value: 'FILE', about: 'write it there' },
    ],
    examples: [
      { line: 'fairway changelog', does: 'what would be released now' },
      { line: 'fairway changelog --from 1.2.0 --to 1.4.0', does: '1.3.0 and 1.4.0 with what lies between' },
      { line: 'fairway changelog --all --output CHANGELOG.md', does: 'the whole history' },
    ],
    recorded: false,
    load: () => import('../commands/changelog.ts'),
  },
  {
    name: 'commits',
    summary: 'Check commit messages with the parser of the release',
    operands: ['lint', '[RANGE]'],
    about:
      'Without RANGE: what HEAD has beyond the last release. With --title and a RANGE of one commit both are checked, because a squash of one commit takes its message. As a hook: fairway commits lint --file "$1" in .git/hooks/commit-msg.',
    flags: [
      { name: 'title', kind: 'text', value: 'TEXT', about: 'the title of a pull request' },
      { name: 'file', kind: 'text', value: 'FILE', about: 'a message as a commit-msg hook gets it' },
    ],
    examples: [
      { line: 'fairway commits lint origin/main..HEAD', does: 'the commits of a branch' },
      { line: 'fairway commits lint --title "feat: search"', does: 'a title, before it is merged' },
    ],
    recorded: false,
    load: () => import('../commands/commits.ts'),
  },
];
