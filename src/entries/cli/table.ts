import type { CommandBody } from './command.ts';
import type { FlagSpec } from './flags.ts';

/** One command, declared: parsing, help and suggestions follow from it; its code is loaded when it runs. */
export interface CommandSpec {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Names of positional arguments as help shows them; `[X]` may be left out. */
  readonly operands: readonly string[];
  /** What the summary cannot say; one paragraph. */
  readonly about: string;
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Its events are kept below the state directory. */
  readonly recorded: boolean;
  load(): Promise<{ readonly run: CommandBody }>;
}

const allowDirty: FlagSpec = {
  name: 'allow-dirty',
  kind: 'switch',
  about: 'go on although the work tree has changes, which are not part of it',
};

export const commands: readonly CommandSpec[] = [
  {
    name: 'check',
    summary: 'Say whether the configuration is right, and what it means',
    operands: [],
    about:
      'Reads fairway.yml with all its environments and reports every problem at once, each with its place. Touches nothing.',
    flags: [],
    examples: [
      { line: 'fairway check', does: 'the default environment' },
      { line: 'fairway check --env production --json', does: 'everything resolved, as JSON' },
    ],
    recorded: false,
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'build',
    summary: 'Build the artifact of the current commit',
    operands: [],
    about: 'Runs the build commands in a clean tree of the commit and prints the typed digest of what came out.',
    flags: [allowDirty],
    examples: [{ line: 'fairway build', does: 'build HEAD' }],
    recorded: true,
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'test',
    summary: 'Build, then run the tests in a copy of what was built',
    operands: [],
    about: 'What is tested is the artifact that would be deployed. A failing test is exit code 3.',
    flags: [allowDirty],
    examples: [{ line: 'fairway test --verbose', does: 'with the output of the tests' }],
    recorded: true,
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'classify',
    summary: 'Say how dangerous migrations are, by watching them on a throw-away database',
    operands: ['[FILES...]'],
    about:
      'Runs each statement on a copy of the schema and reports its locks, scans, rewrites and losses, and SQL that does the same safely. Needs no fairway.yml. The base schema is --schema, --database-url, or the migrations before the named ones. Dangerous or unobservable: exit code 3.',
    flags: [
      {
        name: 'database',
        kind: 'text',
        value: 'ENGINE',
        choices: ['postgres', 'mariadb'],
        about: 'the engine (default: as fairway.yml says)',
      },
      { name: 'schema', kind: 'text', value: 'FILE', about: 'a schema dump as the base' },
      {
        name: 'from-migrations',
        kind: 'text',
        value: 'DIR',
        about: 'earlier migrations as the base (default: the folder of FILES)',
      },
      {
        name: 'database-url',
        kind: 'text',
        value: 'URL',
        about: 'copy this database as the base; nothing is executed in it (or env:NAME)',
      },
      {
        name: 'throw-away',
        kind: 'switch',
        about: 'the server of --database-url may be lost, though it is on another host',
      },
      {
        name: 'target-url',
        kind: 'text',
        value: 'URL',
        about: 'read sizes from this database to predict lock times (or env:NAME)',
      },
      {
        name: 'wrapping',
        kind: 'text',
        value: 'HOW',
        choices: ['fairway', 'file', 'statement', 'none'],
        about: 'what the runner puts into one transaction (default: fairway)',
      },
      { name: 'budget', kind: 'text', value: 'TIME', about: 'how long a lock may be held on the target (default: 1s)' },
      { name: 'statement-timeout', kind: 'text', value: 'TIME', about: 'for one statement on the copy (default: 5m)' },
      { name: 'static', kind: 'switch', about: 'read only, start no database' },
      { name: 'sarif', kind: 'text', value: 'FILE', about: 'also write the findings as SARIF' },
      {
        name: 'fail-on',
        kind: 'text',
        value: 'CLASS',
        choices: ['dangerous', 'review', 'never'],
        about: 'class that is exit code 3 (default: dangerous)',
      },
    ],
    examples: [
      {
        line: 'fairway classify migrations/0007_prices.sql --database postgres',
        does: 'after the migrations before it',
      },
      {
        line: 'fairway classify migrations --database postgres --schema schema.sql --json',
        does: 'on a schema dump, for a script',
      },
    ],
    recorded: false,
    load: () => import('./commands/classify.ts'),
  },
  {
    name: 'plan',
    summary: 'Write the steps that make a dangerous migration safe',
    operands: ['KIND', 'FILE'],
    about:
      'KIND is expand-contract. Writes files that do what FILE does in steps which let two releases work at once, and proves each step safe on a throw-away database.',
    flags: [
      {
        name: 'database',
        kind: 'text',
        value: 'ENGINE',
        choices: ['postgres', 'mariadb'],
        about: 'the engine (default: as fairway.yml says)',
      },
      { name: 'schema', kind: 'text', value: 'FILE', about: 'a schema dump as the base' },
      {
        name: 'from-migrations',
        kind: 'text',
        value: 'DIR',
        about: 'earlier migrations as the base (default: the folder of FILE)',
      },
      {
        name: 'output',
        kind: 'text',
        value: 'DIR',
        about: 'where the steps are written (default: the folder of FILE)',
      },
    ],
    examples: [
      {
        line: 'fairway plan expand-contract migrations/0007_rename.sql --database postgres',
        does: 'write its steps beside it',
      },
    ],
    recorded: false,
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'rehearse',
    summary: 'Try the migrations on a throw-away database, with the old and the new release',
    operands: [],
    about:
      'Builds the schema that the target has, applies the new migrations, and runs the smoke checks of the old release on the new schema, then those of the new one. The target is not touched.',
    flags: [allowDirty],
    examples: [{ line: 'fairway rehearse', does: 'says whether a rollback would work' }],
    recorded: true,
    load: () => import('./commands/rehearse.ts'),
  },
  {
    name: 'migrate',
    summary: 'Apply pending migrations to the database of the environment',
    operands: [],
    about:
      'Under the lock of the environment. What is applied stays applied: Fairway never runs a down migration by itself.',
    flags: [allowDirty],
    examples: [
      { line: 'fairway migrate --dry-run', does: 'list what is pending' },
      { line: 'fairway migrate --env staging', does: 'apply it to staging' },
    ],
    recorded: true,
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'deploy',
    summary: 'Build, rehearse, migrate and roll out, without a release',
    operands: [],
    about:
      'Traffic moves in the configured steps; a bad verdict returns it to the stable release (exit code 4). Nothing is tagged.',
    flags: [allowDirty],
    examples: [
      { line: 'fairway deploy --env staging', does: 'the current commit, to staging' },
      { line: 'fairway deploy --dry-run', does: 'the plan only' },
    ],
    recorded: true,
    load: () => import('./commands/deploy.ts'),
  },
  {
    name: 'smoke',
    summary: 'Run the smoke checks against the environment',
    operands: [],
    about: 'Against what serves now. Changes nothing.',
    flags: [],
    examples: [{ line: 'fairway smoke --env production', does: 'look at production' }],
    recorded: true,
    load: () => import('./commands/smoke.ts'),
  },
  {
    name: 'rollback',
    summary: 'Make a kept release serve again',
    operands: ['[VERSION]'],
    about:
      'Without VERSION: the one before the stable release. Moves traffic and processes; never touches the database.',
    flags: [],
    examples: [
      { line: 'fairway rollback', does: 'to the release before' },
      { line: 'fairway rollback 1.3.9 --env production', does: 'to a kept one' },
    ],
    recorded: true,
    load: () => import('./commands/rollback.ts'),
  },
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
    ],
    examples: [
      { line: 'fairway release plan', does: 'the next version and its notes; changes nothing' },
      { line: 'fairway release explain', does: 'for each commit: rule, level, why' },
      { line: 'fairway release', does: 'release a project that is not deployed' },
      { line: 'fairway release verify v1.4.0', does: 'look at a published release again' },
    ],
    recorded: true,
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'changelog',
    summary: 'Write what changed: since the last release, between versions, or ever',
    operands: [],
    about: 'Made from the commits, in the form of release.format. Works in any git repository.',
    flags: [
      { name: 'from', kind: 'text', value: 'VERSION', about: 'versions after this one' },
      { name: 'to', kind: 'text', value: 'VERSION', about: 'versions up to this one' },
      { name: 'all', kind: 'switch', about: 'every version of the repository' },
      { name: 'output', kind: 'text', value: 'FILE', about: 'write it there' },
    ],
    examples: [
      { line: 'fairway changelog', does: 'what would be released now' },
      { line: 'fairway changelog --from 1.2.0 --to 1.4.0', does: '1.3.0 and 1.4.0 with what lies between' },
      { line: 'fairway changelog --all --output CHANGELOG.md', does: 'the whole history' },
    ],
    recorded: false,
    load: () => import('./commands/changelog.ts'),
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
    load: () => import('./commands/commits.ts'),
  },
  {
    name: 'ship',
    summary: 'From commit to released: build, test, rehearse, migrate, deploy, smoke, release',
    operands: [],
    about:
      'The main job. Refused before any traffic moves: exit code 3. Rolled back by itself: exit code 4. A commit that already is stable: done, exit code 0.',
    flags: [allowDirty],
    examples: [
      { line: 'fairway ship', does: 'the current commit, to the default environment' },
      { line: 'fairway ship --env production --json > result.json', does: 'in a CI job' },
      { line: 'fairway -C examples/shop ship --dry-run', does: 'another folder, plan only' },
    ],
    recorded: true,
    load: () => import('./commands/ship.ts'),
  },
  {
    name: 'status',
    summary: 'Show what serves, what is under way, and who holds the lock',
    operands: [],
    about: 'Answered by the agent from its journal; changes nothing.',
    flags: [],
    examples: [{ line: 'fairway status --json', does: 'for a script' }],
    recorded: false,
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'resume',
    summary: 'Follow or go on with a rollout whose client was lost',
    operands: [],
    about: 'Says how it ended when it is over.',
    flags: [],
    examples: [{ line: 'fairway resume', does: 'after a cut connection' }],
    recorded: true,
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'abort',
    summary: 'End the rollout that is under way: all traffic back to stable',
    operands: [],
    about: 'Fine when nothing is under way.',
    flags: [],
    examples: [{ line: 'fairway abort --env production', does: 'from any machine that reaches the agent' }],
    recorded: true,
    load: () => import('./commands/abort.ts'),
  },
  {
    name: 'down',
    summary: 'Stop everything that runs for the environment',
    operands: [],
    about: 'Releases, proxy and embedded database stop; data and journal stay. Asks first on a terminal.',
    flags: [{ name: 'yes', kind: 'switch', about: 'do not ask' }],
    examples: [{ line: 'fairway down --yes', does: 'in a script' }],
    recorded: true,
    load: () => import('./commands/down.ts'),
  },
  {
    name: 'logs',
    summary: 'Show the last lines that a release wrote',
    operands: ['[VERSION]'],
    about: 'Without VERSION: the stable release.',
    flags: [
      { name: 'process', kind: 'text', value: 'NAME', about: 'only this process' },
      { name: 'lines', kind: 'number', value: 'N', min: 1, max: 10_000, about: 'how many lines (default: 100)' },
    ],
    examples: [
      { line: 'fairway logs', does: 'of what serves now' },
      { line: 'fairway logs 1.4.0 --process web --lines 500', does: 'of a release that was rolled back' },
    ],
    recorded: false,
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'agent',
    summary: 'Run the agent of this host in the foreground',
    operands: [],
    about: 'The first deploy starts it by itself; needed by hand only under an init system.',
    flags: [],
    examples: [{ line: 'fairway agent', does: 'until it is stopped by a signal' }],
    recorded: false,
    load: () => import('./commands/agent.ts'),
  },
];
