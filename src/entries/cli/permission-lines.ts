import { permissionsOf, permissionsYaml, type Report } from '../../domain/trust/permissions.ts';
import { reachOf } from '../../domain/trust/reach.ts';
import { commands } from './table.ts';

const everything: readonly Report[] = ['summary', 'annotations', 'comment', 'deployment', 'issue'];
/** What a run outside of pull requests reports. */
const onBranches: readonly Report[] = ['summary', 'annotations', 'deployment', 'issue'];

/** The smallest `permissions:` block for each command that a workflow may run, those with equal ones together. */
export function permissionLines(): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const reach = reachOf(name, [], false);
    if (reach === 'local') continue;
    const block = permissionsYaml(permissionsOf(name, reach, reach === 'touches' ? onBranches : everything));
    groups.set(block, [...(groups.get(block) ?? []), name]);
  }
  return [
    'Permissions of a job in a GitHub workflow:',
    ...[...groups].flatMap(([block, names]) => [
      '',
      `# ${names.join(', ')}`,
      ...block
        .split('\n')
        .map((line) => (line.includes('pull-requests') ? `${line} # for the comment on pull requests` : line)),
    ]),
  ];
}
