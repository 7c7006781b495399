import { expect, test } from 'vitest';
import { deniedAdvice } from '../../../../src/domain/trust/denied.ts';
import {
  acceptedPermissions,
  merged,
  permissionsOf,
  permissionsYaml,
} from '../../../../src/domain/trust/permissions.ts';
import { EnvironmentError } from '../../../../src/errors.ts';

test('looking needs to read the repository and nothing else', () => {
  expect(permissionsOf('check', 'reads', ['summary', 'annotations', 'deployment', 'issue'])).toEqual({
    contents: 'read',
  });
});

test('shipping writes contents, and deployments and issues as far as they are wanted', () => {
  expect(permissionsOf('ship', 'touches', ['summary'])).toEqual({ contents: 'write' });
  expect(permissionsOf('ship', 'touches', ['deployment', 'issue'])).toEqual({
    contents: 'write',
    deployments: 'write',
    issues: 'write',
  });
  expect(permissionsOf('deploy', 'touches', ['deployment'])).toEqual({ contents: 'read', deployments: 'write' });
});

test('a dry run writes only its comment', () => {
  expect(permissionsOf('ship', 'reads', ['comment', 'deployment'])).toEqual({
    contents: 'read',
    'pull-requests': 'write',
  });
});

test('a release that tells issues and pull requests writes both, and starts followers with actions', () => {
  const wishes = { comments: false, labels: [], followers: [] };
  expect(permissionsOf('release', 'touches', [], wishes)).toEqual({ contents: 'write' });
  const telling = { contents: 'write', issues: 'write', 'pull-requests': 'write' };
  expect(permissionsOf('release', 'touches', [], { ...wishes, comments: true })).toEqual(telling);
  expect(permissionsOf('ship', 'touches', [], { ...wishes, labels: ['released'] })).toEqual(telling);
  expect(permissionsOf('ship', 'touches', [], { ...wishes, followers: ['docs.yml'] })).toMatchObject({
    actions: 'write',
  });
  expect(permissionsOf('ship', 'reads', [], { ...wishes, comments: true })).toEqual({ contents: 'read' });
  expect(permissionsOf('deploy', 'touches', [], { ...wishes, comments: true })).toEqual({ contents: 'read' });
});

test('code scanning takes security-events, and only of what writes findings', () => {
  expect(permissionsOf('scan', 'runs', ['code-scanning'])).toEqual({ contents: 'read', 'security-events': 'write' });
  expect(permissionsOf('deploy', 'touches', ['code-scanning'])).toEqual({ contents: 'read' });
});

test("GitHub's header is read: comma together, semicolon one of them", () => {
  expect(acceptedPermissions('contents=write,pull_requests=read')).toEqual({
    contents: 'write',
    'pull-requests': 'read',
  });
  expect(acceptedPermissions('issues=write; pull_requests=write')).toEqual({ issues: 'write' });
  expect(acceptedPermissions('')).toBe(null);
  expect(acceptedPermissions('allows_permissionless_access=true')).toBe(null);
});

test('write swallows read', () => {
  expect(merged({ contents: 'read' }, { contents: 'write', issues: 'read' })).toEqual({
    contents: 'write',
    issues: 'read',
  });
});

const denied = (facts: Record<string, unknown>) => new EnvironmentError('FORGE_DENIED', 'no', { facts });

test('a denied request answers with the block to paste, what was there before included', () => {
  const needed = { contents: 'write', deployments: 'write' } as const;
  expect(deniedAdvice(denied({ status: 403, needed: 'pull_requests=write' }), needed, false)).toBe(
    'Give the job:\n\npermissions:\n  contents: write\n  deployments: write\n  pull-requests: write',
  );
  expect(deniedAdvice(denied({ status: 403, needed: null }), needed, false)).toBe(
    `Give the job:\n\n${permissionsYaml(needed)}`,
  );
});

test('what is switched off in the repository is no matter of permissions', () => {
  const off = new EnvironmentError('FORGE_DENIED', 'Code Security must be enabled for this repository', {
    facts: { status: 403 },
  });
  expect(deniedAdvice(off, {}, false)).toContain('settings of the repository');
});

test('a fork cannot be given more, an expired token is not a matter of permissions, other errors are not ours', () => {
  expect(deniedAdvice(denied({ status: 403 }), {}, true)).toContain('fork');
  expect(deniedAdvice(denied({ status: 401 }), {}, false)).toContain('expired');
  expect(deniedAdvice(new EnvironmentError('FORGE_UNAVAILABLE', 'x'), {}, false)).toBe('');
});
