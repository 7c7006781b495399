import { describe, expect, test } from 'vitest';
import { readEvent } from '../../../../src/domain/trust/event.ts';
import { judgeTrust } from '../../../../src/domain/trust/judge.ts';
import { reachOf } from '../../../../src/domain/trust/reach.ts';
import { commands } from '../../../../src/entries/cli/table.ts';

const ours = { full_name: 'owner/name' };
const pull = (head: unknown) => ({
  repository: ours,
  pull_request: { number: 7, title: 'feat: x', base: { sha: 'a' }, head: { sha: 'b', repo: head } },
});
const after = (event: unknown, head: unknown) => ({ repository: ours, workflow_run: { event, head_repository: head } });

/** Event, payload, and what it may: l(ook), r(un what the commit says), t(ouch the target). */
const matrix: readonly (readonly [string, unknown, string])[] = [
  ['push', {}, 'lrt'],
  ['workflow_dispatch', {}, 'lrt'],
  ['repository_dispatch', {}, 'lrt'],
  ['schedule', {}, 'lrt'],
  ['release', {}, 'lrt'],
  ['deployment', {}, 'lrt'],
  ['merge_group', {}, 'lr'],
  ['pull_request', pull(ours), 'lr'],
  ['pull_request', pull({ full_name: 'fork/name' }), 'lr'],
  ['pull_request', {}, 'lr'],
  ['pull_request_target', pull(ours), 'lr'],
  ['pull_request_target', pull({ full_name: 'OWNER/Name' }), 'lr'],
  ['pull_request_target', pull({ full_name: 'fork/name' }), 'l'],
  ['pull_request_target', pull(null), 'l'],
  ['pull_request_target', {}, 'l'],
  ['workflow_run', after('push', ours), 'lrt'],
  ['workflow_run', after('schedule', ours), 'lrt'],
  ['workflow_run', after('pull_request', ours), 'lr'],
  ['workflow_run', after('push', { full_name: 'fork/name' }), 'l'],
  ['workflow_run', after('pull_request', { full_name: 'fork/name' }), 'l'],
  ['workflow_run', after(undefined, ours), 'lr'],
  ['workflow_run', after('push', undefined), 'l'],
  ['workflow_run', null, 'l'],
  ['issue_comment', { repository: ours }, ''],
  ['issues', {}, ''],
  ['discussion_comment', {}, ''],
  ['fork', {}, ''],
  ['watch', {}, ''],
  ['PUSH', {}, ''],
  ['push ', {}, ''],
  ['toString', {}, ''],
  ['', {}, ''],
];

describe('which event may start what', () => {
  test.each(matrix)('%s with %j may: "%s"', (name, payload, may) => {
    const event = readEvent(name, 'owner/name', payload);
    const letters = (['reads', 'runs', 'touches'] as const)
      .map((reach) => (judgeTrust(event, reach).isAllowed ? { reads: 'l', runs: 'r', touches: 't' }[reach] : ''))
      .join('');
    expect(letters).toBe(may);
  });

  test('a refusal says why and what to do', () => {
    expect(judgeTrust(readEvent('pull_request', 'owner/name', pull(ours)), 'touches')).toEqual({
      isAllowed: false,
      reason: 'a pull request is not merged yet',
      hint: expect.stringContaining('push') as unknown,
    });
  });

  test('commands for machines of people are refused for every event', () => {
    for (const [name, payload] of matrix) {
      expect(judgeTrust(readEvent(name, 'owner/name', payload), 'local').isAllowed).toBe(false);
    }
  });
});

describe('how far a command reaches', () => {
  test('every command of the table is known, but for those that are of no use in a workflow', () => {
    const local = commands.map(({ name }) => name).filter((name) => reachOf(name, [], false) === 'local');
    expect(local.toSorted()).toEqual(['agent', 'completion', 'init'].filter((name) => local.includes(name)));
    expect(local).toContain('agent');
  });

  test('whatever changes something for good touches; planning it only reads', () => {
    for (const name of ['ship', 'deploy', 'migrate', 'release', 'rollback', 'resume', 'abort', 'down']) {
      expect([name, reachOf(name, [], false), reachOf(name, [], true)]).toEqual([name, 'touches', 'reads']);
    }
    expect(['plan', 'explain', 'verify'].map((verb) => reachOf('release', [verb], false))).toEqual([
      'reads',
      'reads',
      'reads',
    ]);
    expect(['prepare', 'publish', 'PLAN', ''].map((verb) => reachOf('release', [verb], false))).toEqual(
      Array.from({ length: 4 }, () => 'touches'),
    );
  });

  test('what nobody listed is refused', () => {
    expect(reachOf('exfiltrate', [], true)).toBe('local');
    expect(reachOf('constructor', [], false)).toBe('local');
  });
});

test('an event is read without trusting its form', () => {
  const wrong = { repository: 'x', pull_request: [1], workflow_run: 'y' };
  expect(readEvent('pull_request', null, wrong)).toEqual({
    name: 'pull_request',
    repository: null,
    headRepository: null,
    parentEvent: null,
    pullRequest: null,
  });
});
