import type { CommandSpec } from '../command-spec.ts';
import { noWait } from '../flags.ts';

/** What serves. */
export const operation: readonly CommandSpec[] = [
  {
    name: 'status',
    summary: 'Show what serves, what is under way, and who holds the lock',
    operands: [],
    about: 'Answered by the agent from its journal; changes nothing.',
    flags: [],
    examples: [{ line: 'fairway status --json', does: 'for a script' }],
    recorded: false,
    load: () => import('../commands/status.ts'),
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
    load: () => import('../commands/rollback.ts'),
  },
  {
    name: 'resume',
    summary: 'Follow or go on with a rollout whose client was lost',
    operands: [],
    about: 'Says how it ended when it is over.',
    flags: [noWait],
    examples: [{ line: 'fairway resume', does: 'after a cut connection' }],
    recorded: true,
    load: () => import('../commands/resume.ts'),
  },
  {
    name: 'follow',
    summary: 'Follow the rollout that is under way, and collect its outcome',
    operands: [],
    about:
      'For what was left to the agent with --no-wait: ends with the exit code of the rollout (0, 4, 5 or 8), also when ' +
      'it was over before, and publishes what a promoted release still lacks. Interrupted, it leaves the rollout alone.',
    flags: [{ name: 'no-wait', kind: 'switch', about: 'only look: a rollout that is under way is exit code 0' }],
    examples: [
      { line: 'fairway follow --env production', does: 'after "fairway ship --no-wait"' },
      { line: 'fairway follow --no-wait --json', does: 'in a scheduled workflow' },
    ],
    recorded: true,
    load: () => import('../commands/follow.ts'),
  },
  {
    name: 'watch',
    summary: 'Watch the stable release after its promotion, or tell what was seen',
    operands: [],
    about:
      'With --for the agent watches from now on, with or without a client, and rolls back when more requests fail than ' +
      'deploy.guard allows. Without it: what was seen so far, or how it ended (exit code 0, 4, 5 or 8). A new rollout ends a watch.',
    flags: [{ name: 'for', kind: 'text', value: 'DURATION', about: 'how long, such as 30m or 24h' }],
    examples: [
      { line: 'fairway watch --for 24h', does: 'after a deploy; the command ends at once' },
      { line: 'fairway watch --json', does: 'in a scheduled workflow, to collect what was seen' },
    ],
    recorded: true,
    load: () => import('../commands/watch.ts'),
  },
  {
    name: 'abort',
    summary: 'End the rollout that is under way: all traffic back to stable',
    operands: [],
    about: 'Fine when nothing is under way.',
    flags: [],
    examples: [{ line: 'fairway abort --env production', does: 'from any machine that reaches the agent' }],
    recorded: true,
    load: () => import('../commands/abort.ts'),
  },
  {
    name: 'pause',
    summary: 'Keep the rollout that is under way at its share of the traffic',
    operands: [],
    about:
      'It stays watched and can still be rolled back; nobody has to follow it. After 24 hours without "fairway promote" ' +
      'it returns to stable.',
    flags: [],
    examples: [{ line: 'fairway pause --env production', does: 'to look at the new release for longer' }],
    recorded: true,
    load: () => import('../commands/pause.ts'),
  },
  {
    name: 'promote',
    summary: 'Let a paused rollout go on, and follow it',
    operands: [],
    about: 'For what "fairway pause" stopped, and for steps with pause: true. Verdict and guards still speak.',
    flags: [noWait],
    examples: [{ line: 'fairway promote --env production', does: 'the gate of this step is passed' }],
    recorded: true,
    load: () => import('../commands/promote.ts'),
  },
  {
    name: 'undo',
    summary: 'Make the release before serve again',
    operands: [],
    about: 'The same as "fairway rollback" without a version.',
    flags: [],
    examples: [{ line: 'fairway undo --env production', does: 'the last deploy is taken back' }],
    recorded: true,
    load: () => import('../commands/undo.ts'),
  },
  {
    name: 'unlock',
    summary: 'Take the lock of the environment from its owner',
    operands: [],
    about:
      'Hardly ever needed: the next run takes over the lock of one that is gone. A living owner is refused without ' +
      '--force, and stops before its next change with it.',
    flags: [{ name: 'force', kind: 'switch', about: 'also from a run that is alive' }],
    examples: [
      { line: 'fairway unlock', does: 'says whose it was' },
      { line: 'fairway unlock --force', does: 'from a run that hangs' },
    ],
    recorded: true,
    load: () => import('../commands/unlock.ts'),
  },
  {
    name: 'history',
    summary: 'Show the rollouts that are over, the newest first',
    operands: [],
    about: 'From the journals of the agent: what was deployed or rolled back, by whom, and how it ended.',
    flags: [{ name: 'limit', kind: 'number', value: 'N', min: 1, max: 200, about: 'how many (default: 20)' }],
    examples: [{ line: 'fairway history --limit 5 --json', does: 'for a script' }],
    recorded: false,
    load: () => import('../commands/history.ts'),
  },
  {
    name: 'down',
    summary: 'Stop everything that runs for the environment',
    operands: [],
    about: 'Releases, proxy and embedded database stop; data and journal stay. Asks first on a terminal.',
    flags: [{ name: 'yes', kind: 'switch', about: 'do not ask' }],
    examples: [{ line: 'fairway down --yes', does: 'in a script' }],
    recorded: true,
    load: () => import('../commands/down.ts'),
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
    load: () => import('../commands/logs.ts'),
  },
  {
    name: 'agent',
    summary: 'Run the agent of this host in the foreground',
    operands: [],
    about: 'The first deploy starts it by itself; needed by hand only under an init system.',
    flags: [],
    examples: [{ line: 'fairway agent', does: 'until it is stopped by a signal' }],
    recorded: false,
    load: () => import('../commands/agent.ts'),
  },
  {
    name: 'completion',
    summary: 'Print the script that completes commands and flags in a shell',
    operands: ['SHELL'],
    about: 'For bash, zsh or fish.',
    flags: [],
    examples: [{ line: 'fairway completion bash > fairway.bash', does: 'a script to source' }],
    recorded: false,
    load: () => import('../commands/completion.ts'),
  },
];
