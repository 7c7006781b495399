import { permissionsOf, permissionsYaml, type ReleaseWishes, type Report } from '../../domain/trust/permissions.ts';
import { reachOf } from '../../domain/trust/reach.ts';
import { commands } from './table.ts';

const everything: readonly Report[] = ['summary', 'annotations', 'comment', 'deployment', 'issue', 'code-scanning'];
/** What a run outside of pull requests reports. */
const onBranches: readonly Report[] = ['summary', 'annotations', 'deployment', 'issue'];

/**
 * The smallest `permissions:` block for each command that a workflow may run, those with equal ones together;
 * `wishes` is the release of the configuration.
 */
export function permissionLines(wishes: ReleaseWishes): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const reach = reachOf(name, [], false);
    if (reach === 'local') continue;
    const block = permissionsYaml(permissionsOf(name, reach, reach === 'touches' ? onBranches : everything, wishes));
    groups.set(block, [...(groups.get(block) ?? []), name]);
  }
  return [
    'Permissions of a job in a GitHub workflow:',
    ...[...groups].flatMap(([block, names]) => [
      '',
      `# ${names.join(', ')}`,
      ...block.split('\n').map((line) => remarked(line, names)),
    ]),
  ];
}

function remarked(line: string, names: readonly string[]): string {
  const isRelease = names.some((name) => reachOf(name, [], false) === 'touches');
  if (line.includes('pull-requests') && !isRelease) return `${line} # for the comment on pull requests`;
  return line.includes('security-events') ? `${line} # with report: code-scanning` : line;
}
