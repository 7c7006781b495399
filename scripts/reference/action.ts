import { permissionsOf, permissionsYaml, type Report } from '../../src/domain/trust/permissions.ts';
import { judgeTrust } from '../../src/domain/trust/judge.ts';
import { readEvent } from '../../src/domain/trust/event.ts';
import { type Reach, reachOf } from '../../src/domain/trust/reach.ts';
import { inputs, type InputSpec, outputs } from '../../src/entries/action/table.ts';
import { commands } from '../../src/entries/cli/table.ts';
import { cell, table } from './markdown.ts';

const ours = { repository: { full_name: 'o/n' } };
const from = (head: string) => ({ pull_request: { number: 1, head: { repo: { full_name: head } } } });
const after = (event: string, head: string) => ({ workflow_run: { event, head_repository: { full_name: head } } });

const events: readonly (readonly [string, string, unknown])[] = [
  ['push, workflow_dispatch, schedule, release, repository_dispatch, deployment', 'push', {}],
  ['merge_group', 'merge_group', {}],
  ['pull_request', 'pull_request', from('f/n')],
  ['pull_request_target of this repository', 'pull_request_target', from('o/n')],
  ['pull_request_target of a fork', 'pull_request_target', from('f/n')],
  ['workflow_run after a push here', 'workflow_run', after('push', 'o/n')],
  ['workflow_run after a pull request here', 'workflow_run', after('pull_request', 'o/n')],
  ['workflow_run of a fork', 'workflow_run', after('pull_request', 'f/n')],
  ['anything else', 'issue_comment', {}],
];

/** `docs/reference/action.md`. */
export function actionPage(): string {
  const specs: readonly InputSpec[] = inputs;
  const reaches: readonly Reach[] = ['reads', 'runs', 'touches'];
  const named = (reach: Reach): string =>
    commands.flatMap(({ name }) => (reachOf(name, [], false) === reach ? [`\`${name}\``] : [])).join(', ');
  const trust = events.map(([label, name, payload]) => {
    const event = readEvent(name, 'o/n', { ...ours, ...(payload as object) });
    return [label, ...reaches.map((reach) => (judgeTrust(event, reach).isAllowed ? 'yes' : 'no'))];
  });
  return `# The Action

Generated from the code: \`npm run generate\`.

## Inputs

All are texts; an empty one says nothing. Each value becomes one argument of the command line, never text of a shell.

${table(
  ['input', 'default', 'what'],
  specs.map((input) => [`\`${input.name}\``, defaultOf(input), cell(input.about)]),
)}

\`args\` is a YAML list, and every item of it one argument, taken as it is written:

    args: |
      - --allow-dirty
      - --release-as
      - 2.0.0

\`report\` is a list by line; \`#\` begins a comment, quotes keep what is in them.

## Outputs

What a run has nothing to say to stays empty.

${table(
  ['output', 'what'],
  outputs.map(({ name, about }) => [`\`${name}\``, cell(about)]),
)}

## Which event may start what

Whatever is not listed is refused, and so is an event that does not say what would be needed to know. With \`dry-run\`,
and as \`release plan\`, \`explain\` or \`verify\`, a command that touches only reads.

- reads: ${named('reads')}
- runs what the commit says, away from the target: ${named('runs')}
- touches the target, the database, the repository or the forge: ${named('touches')}

${table(['event', 'reads', 'runs', 'touches'], trust)}

## Permissions

The smallest \`permissions:\` of a job for each command. A comment on pull requests
needs \`pull-requests: write\` besides, an issue \`issues: write\`, code scanning \`security-events: write\`; a release whose
configuration has \`comments\` or \`labels\` both \`issues\` and \`pull-requests: write\`, one with \`followers\` \`actions: write\`.
\`fairway check --github\` knows the configuration and prints all that it asks for. When one is missing, the run goes on and its
log has the exact block.

${permissions()}
`;
}

function defaultOf(input: InputSpec): string {
  if (input.kind === 'lines') return input.default.join(', ');
  if (input.kind === 'switch') return input.default ?? 'false';
  if (input.kind === 'yaml-list') return '';
  return input.isRequired === true ? 'required' : input.default === undefined ? '' : `\`${input.default}\``;
}

function permissions(): string {
  const reports: readonly Report[] = ['summary', 'annotations', 'deployment'];
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const reach = reachOf(name, [], false);
    if (reach === 'local') continue;
    const block = permissionsYaml(permissionsOf(name, reach, reports));
    groups.set(block, [...(groups.get(block) ?? []), name]);
  }
  return [...groups]
    .map(([block, names]) => `${names.map((name) => `\`${name}\``).join(', ')}:\n\n\`\`\`yaml\n${block}\n\`\`\``)
    .join('\n\n');
}
