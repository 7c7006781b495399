import { type FlagSpec, globalFlags } from '../../src/entries/cli/flags.ts';
import { commandGroups } from '../../src/entries/cli/table.ts';
import { exitCodes } from '../../src/errors.ts';
import { cell, table } from './markdown.ts';

const meanings: Readonly<Record<string, string>> = {
  internal: 'A bug of Fairway: it prints versions and where to report it.',
  config: 'The configuration or the command line is wrong; all problems at once.',
  gate: 'Fairway worked and refused the change before the target was touched.',
  'rolled-back': 'It failed after the target was touched; the old release serves.',
  'rollback-failed': 'A human is needed now; the message says what stands where.',
  environment: 'A tool, registry, cluster or database did not answer; it may be tried again.',
  locked: 'Another run holds the lock.',
  inconclusive: 'Not enough evidence; the message says what serves now.',
  interrupted: 'A signal ended it; traffic is back on the stable release.',
};

/** `docs/reference/commands.md`. */
export function commandsPage(): string {
  const groups = commandGroups.map(({ title, commands }) => {
    const texts = commands.map((command) => {
      const usage = ['fairway', command.name, ...command.operands, '[flags]'].join(' ');
      const examples = command.examples.map(({ line, does }) => `    ${line}  # ${does}`).join('\n');
      return `### ${command.name}\n\n${command.summary}.\n\n    ${usage}\n\n${command.about}\n\n${flagTable(command.flags)}${examples}`;
    });
    return `## ${title}\n\n${texts.join('\n\n')}`;
  });
  return `# Commands

Generated from the code: \`npm run generate\`.

## Flags of every command

${flagTable(globalFlags)}${groups.join('\n\n')}
`;
}

function flagTable(flags: readonly FlagSpec[]): string {
  if (flags.length === 0) return '';
  const rows = flags.map((flag) => {
    const value = flag.kind === 'switch' ? '' : ` ${flag.value}`;
    const choices = flag.kind === 'text' && flag.choices !== undefined ? `: ${flag.choices.join(', ')}` : '';
    return [`\`--${flag.name}${value}\``, cell(`${flag.about}${choices}`)];
  });
  return `${table(['flag', 'what'], rows)}\n\n`;
}

/** `docs/reference/exit-codes.md`. */
export function exitCodesPage(): string {
  const rows = Object.entries(exitCodes).map(([family, code]) => [String(code), family, meanings[family] ?? '']);
  return `# Exit codes and results

Generated from the code: \`npm run generate\`.

${table(['code', 'family', 'says'], [['0', '', 'Done, planned (`--dry-run`), or running on without us, as asked.'], ...rows])}

## The document of \`--json\`

One JSON document on stdout at the end, whatever happened; its form is kept. The Action writes the same to the file that its
output \`report\` names.

${table(
  ['field', 'what'],
  [
    ['`fairway`', 'Version that ran.'],
    ['`command`', 'Which command it was.'],
    [
      '`outcome`',
      'ok, planned, running, refused, rolled-back, rollback-failed, inconclusive, locked, interrupted or error.',
    ],
    ['`code`', 'Stable name of how it ended: RELEASED, CANARY_ERROR_RATE ...'],
    ['`exitCode`', 'As above.'],
    ['`durationMs`', 'Of the whole run.'],
    ['`stages`', 'List of `name`, `outcome` and `durationMs` of each stage that finished, in order.'],
    ['`result`', "The command's own facts: `release`, `artifact`, `rehearsal`, `rollout`, `url` ..."],
    ['`result.error`', 'When it failed: `message`, `hint`, `problems` and `facts`.'],
  ],
)}
`;
}
