import { type FlagSpec, globalFlags } from './flags.ts';
import { commands, type CommandSpec } from './table.ts';

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function flagRow(flag: FlagSpec): readonly [string, string] {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const value = flag.kind === 'switch' ? '' : ` ${flag.value}`;
  const choices = flag.kind === 'text' && flag.choices !== undefined ? `: ${flag.choices.join(', ')}` : '';
  return [`${short}--${flag.name}${value}`, `${flag.about}${choices}`];
}

/** What `fairway help` prints. */
export function generalHelp(): string {
  return `fairway: from commit to production, and back by itself when something is wrong.

Usage: fairway <command> [flags]

Commands
${columns(commands.map(({ name, summary }) => [name, summary]))}

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
