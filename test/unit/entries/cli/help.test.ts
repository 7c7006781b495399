import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { splitCommand } from '../../../../src/config/values.ts';
import { parseArguments } from '../../../../src/entries/cli/arguments.ts';
import { commandHelp, generalHelp } from '../../../../src/entries/cli/help.ts';
import { commands } from '../../../../src/entries/cli/table.ts';

test('the general help names every command and every global flag', () => {
  const help = generalHelp();
  for (const { name, summary } of commands)
    expect(help).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
  for (const flag of [
    '-C, --directory DIR',
    '--config FILE',
    '--env NAME',
    '--dry-run',
    '--json',
    '--quiet',
    '--verbose',
    '--no-color',
    '--help',
    '--version',
  ]) {
    expect(help).toContain(flag);
  }
});

describe.each(commands.map((command) => [command.name, command] as const))('fairway %s', (name, command) => {
  test('has a body, and help with its flags and examples', () => {
    expect(existsSync(new URL(`../../../../src/entries/cli/commands/${name}.ts`, import.meta.url))).toBe(true);
    const help = commandHelp(command);
    expect(help).toContain(`Usage: fairway ${name}`);
    for (const flag of command.flags) expect(help).toContain(`--${flag.name}`);
    expect(command.examples.length).toBeGreaterThan(0);
  });

  test.each(command.examples.map(({ line }) => [line]))(
    'the example "%s" is a command line that Fairway takes',
    (line) => {
      const [program, ...argv] = splitCommand(line.replace(/ >.*$/, '')) ?? [];
      expect(program).toBe('fairway');
      const invocation = parseArguments(argv);
      expect(invocation.kind === 'run' && invocation.command.name).toBe(name);
    },
  );
});
