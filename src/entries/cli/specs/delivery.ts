import type { CommandSpec } from '../command-spec.ts';
import { acceptImpossible, allowDirty, engine, noWait } from '../flags.ts';

/** From commit to released. */
export const delivery: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'Write a first fairway.yml, and with --ci a workflow',
    operands: [],
    about:
      'Looks at the project and says why each part is there. Overwrites nothing. --ci github also needs --action, because only you know whom you trust.',
    flags: [
      { name: 'ci', kind: 'text', value: 'KIND', choices: ['github', 'gitlab'], about: 'also a workflow for this CI' },
      { name: 'action', kind: 'text', value: 'OWNER/NAME@REF', about: 'the Action that the GitHub workflow uses' },
    ],
    examples: [
      { line: 'fairway init --dry-run', does: 'see what it would write' },
      { line: 'fairway init --ci gitlab', does: 'with a pipeline for GitLab' },
    ],
    recorded: false,
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'check',
    summary: 'Say whether the configuration is right, and what it means',
    operands: [],
    about:
      'Reads fairway.yml with all its environments and reports every problem at once, each with its place. Touches nothing.',
    flags: [
      { name: 'github', kind: 'switch', about: 'also the permissions that each command needs in a GitHub workflow' },
    ],
    examples: [
      { line: 'fairway check', does: 'the default environment' },
      { line: 'fairway check --env production --json', does: 'everything resolved, as JSON' },
    ],
    recorded: false,
    load: () => import('../commands/check.ts'),
  },
  {
    name: 'build',
    summary: 'Build the artifact of the current commit',
    operands: [],
    about: 'Runs the build commands in a clean tree of the commit and prints the typed digest of what came out.',
    flags: [allowDirty, engine],
    examples: [{ line: 'fairway build', does: 'build HEAD' }],
    recorded: true,
    load: () => import('../commands/build.ts'),
  },
  {
    name: 'test',
    summary: 'Build, then run the tests in a copy of what was built',
    operands: [],
    about: 'What is tested is the artifact that would be deployed. A failing test is exit code 3.',
    flags: [allowDirty, engine],
    examples: [{ line: 'fairway test --verbose', does: 'with the output of the tests' }],
    recorded: true,
    load: () => import('../commands/test.ts'),
  },
  {
    name: 'deploy',
    summary: 'Build, rehearse, migrate and roll out, without a release',
    operands: [],
    about:
      'Traffic moves in the configured steps; a bad verdict returns it to the stable release (exit code 4). Nothing is tagged.',
    flags: [
      allowDirty,
      engine,
      noWait,
      acceptImpossible,
      {
        name: 'release',
        kind: 'text',
        value: 'VERSION',
        about: 'deploy what was released as VERSION, by its digest, without a build',
      },
    ],
    examples: [
      { line: 'fairway deploy --env staging', does: 'the current commit, to staging' },
      { line: 'fairway deploy --env production --release v1.2.0', does: 'what staging has proven' },
      { line: 'fairway deploy --dry-run', does: 'the plan only' },
    ],
    recorded: true,
    load: () => import('../commands/deploy.ts'),
  },
  {
    name: 'ship',
    summary: 'From commit to released: build, test, rehearse, migrate, deploy, smoke, release',
    operands: [],
    about:
      'The main job. Refused before any traffic moves: exit code 3. Rolled back by itself: exit code 4. A commit that already is stable: done, exit code 0.',
    flags: [allowDirty, engine, noWait, acceptImpossible],
    examples: [
      { line: 'fairway ship', does: 'the current commit, to the default environment' },
      { line: 'fairway ship --env production --json > result.json', does: 'in a CI job' },
      { line: 'fairway -C examples/shop ship --dry-run', does: 'another folder, plan only' },
    ],
    recorded: true,
    load: () => import('../commands/ship.ts'),
  },
  {
    name: 'adopt',
    summary: 'Make a running container of another tool the first stable release',
    operands: ['CONTAINER'],
    about:
      'It goes on running where it is, and the proxy of this environment leads to it. The next deploy replaces it like any release, ' +
      'and a rollback goes back to its image. Only where nothing serves yet, on the target docker.',
    flags: [
      {
        name: 'port',
        kind: 'number',
        value: 'PORT',
        min: 1,
        max: 65_535,
        about: 'where it listens in the container (default: what its image exposes)',
      },
    ],
    examples: [{ line: 'fairway adopt shop_web_1 --port 3000', does: 'a container that docker compose started' }],
    recorded: true,
    load: () => import('../commands/adopt.ts'),
  },
  {
    name: 'smoke',
    summary: 'Run the smoke checks against the environment',
    operands: [],
    about: 'Against what serves now. Changes nothing.',
    flags: [],
    examples: [{ line: 'fairway smoke --env production', does: 'look at production' }],
    recorded: true,
    load: () => import('../commands/smoke.ts'),
  },
];
