import type { CommandSpec } from './command-spec.ts';
import { type FlagSpec, globalFlags } from './flags.ts';
import { type CommandGroup, commandGroups, commands } from './table.ts';

/** So that the lists of all groups stand in one column. */
const nameWidth = Math.max(...commands.map(({ name }) => name.length));

function columns(rows: readonly (readonly [string, string])[], least = 0): string {
  const width = Math.max(least, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function flagRow(flag: FlagSpec): readonly [string, string] {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const value = flag.kind === 'switch' ? '' : ` ${flag.value}`;
  const choices = flag.kind === 'text' && flag.choices !== undefined ? `: ${flag.choices.join(', ')}` : '';
  return [`${short}--${flag.name}${value}`, `${flag.about}${choices}`];
}

function groupText({ title, commands: inGroup }: CommandGroup): string {
  const rows = inGroup.map(({ name, summary }) => [name, summary] as const);
  return `${title}\n${columns(rows, nameWidth)}`;
}

/** What `fairway help` prints. */
export function generalHelp(): string {
  return `fairway: from commit to production, and back by itself when something is wrong.

Usage: fairway <command> [flags]

${commandGroups.map(groupText).join('\n\n')}

Flags of every command
${columns(globalFlags.map(flagRow))}

fairway help <command> shows its flags and examples.
`;
}

/** What `fairway help <command>` prints. */
export function commandHelp(command: CommandSpec): string {
  const usage = ['fairway', command.name, ...command.operands, '[flags]'].join(' ');
  const flags = command.flags.length === 0 ? '' : `\nFlags\n${columns(command.flags.map(flagRow))}\n`;
  return `${command.summary}.

Usage: ${usage}

${command.about}
${flags}
Examples
${columns(command.examples.map(({ line, does }) => [line, does]))}

Flags of every command
${columns(globalFlags.map(flagRow))}
`;
}
