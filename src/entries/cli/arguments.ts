import { parseArgs } from 'node:util';
import { nearest } from '../../config/nearest.ts';
import { ConfigError, type Problem } from '../../errors.ts';
import type { FlagValue } from './command.ts';
import { type FlagSpec, globalFlags } from './flags.ts';
import type { CommandSpec } from './command-spec.ts';
import { commands } from './table.ts';

export type Flags = Readonly<Record<string, FlagValue>>;

/** What a command line asks for; `globals` are those of the flags that every command understands. */
export type Invocation =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command: CommandSpec | null }
  | {
      readonly kind: 'run';
      readonly command: CommandSpec;
      readonly globals: Flags;
      readonly flags: Flags;
      readonly positionals: readonly string[];
    };

type Token = Extract<NonNullable<ReturnType<typeof parseArgs>['tokens']>[number], { kind: 'option' }>;

/** Throws ConfigError `COMMAND_UNKNOWN`, `COMMAND_MISSING` or `COMMAND_LINE_INVALID` with all problems. */
export function parseArguments(argv: readonly string[]): Invocation {
  const first = read(argv, globalFlags);
  const [name, operand] = first.positionals;
  if (name === 'help') return { kind: 'help', command: operand === undefined ? null : commandNamed(operand) };
  if (name === undefined) {
    if (has(first.options, 'version')) return { kind: 'version' };
    if (has(first.options, 'help')) return { kind: 'help', command: null };
    const { problems } = check(first.options, globalFlags);
    throw problems.length > 0
      ? invalid(problems)
      : new ConfigError('COMMAND_MISSING', 'No command was given.', { hint: 'fairway help shows what there is.' });
  }
  const command = commandNamed(name);
  const known = [...globalFlags, ...command.flags];
  const { options, positionals } = read(argv, known);
  if (has(options, 'help')) return { kind: 'help', command };
  if (has(options, 'version')) return { kind: 'version' };
  const { values, problems } = check(options, known);
  const operands = positionals.slice(1);
  const wrong = [...problems, ...checkOperands(command, operands)];
  if (wrong.length > 0) throw invalid(wrong, `fairway help ${command.name} shows what it takes.`);
  const own = (flag: string): boolean => command.flags.some((spec) => spec.name === flag);
  return {
    kind: 'run',
    command,
    globals: Object.fromEntries(Object.entries(values).filter(([flag]) => !own(flag))),
    flags: Object.fromEntries(Object.entries(values).filter(([flag]) => own(flag))),
    positionals: operands,
  };
}

/** Whether a command line asks for this global switch, be it wrong otherwise: errors want to know how to be told. */
export function asksFor(argv: readonly string[], flag: string): boolean {
  return has(read(argv, globalFlags).options, flag);
}

/** The word that stands where the command belongs. */
export function commandWord(argv: readonly string[]): string | undefined {
  return read(argv, globalFlags).positionals[0];
}

function read(argv: readonly string[], known: readonly FlagSpec[]) {
  const options = Object.fromEntries(
    known.map(
      (flag) =>
        [
          flag.name,
          {
            type: flag.kind === 'switch' ? 'boolean' : 'string',
            ...(flag.short === undefined ? {} : { short: flag.short }),
          },
        ] as const,
    ),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  return {
    options: tokens.filter((token) => token.kind === 'option'),
    positionals: tokens.filter((token) => token.kind === 'positional').map((token) => token.value),
  };
}

function has(options: readonly Token[], flag: string): boolean {
  return options.some((token) => token.name === flag);
}

function commandNamed(name: string): CommandSpec {
  const names = commands.map((command) => command.name);
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const meant = nearest(name, names);
  const advice = meant === null ? '' : ` Did you mean "${meant}"?`;
  throw new ConfigError('COMMAND_UNKNOWN', `There is no command ${JSON.stringify(name)}.${advice}`, {
    hint: 'fairway help shows what there is.',
    facts: { choices: names, ...(meant === null ? {} : { nearest: meant }) },
  });
}

function invalid(problems: readonly Problem[], hint = 'fairway help shows what there is.'): ConfigError {
  return new ConfigError('COMMAND_LINE_INVALID', 'The command line is wrong.', { problems, hint });
}

function checkOperands(command: CommandSpec, given: readonly string[]): readonly Problem[] {
  const needed = command.operands.filter((operand) => !operand.startsWith('['));
  const missing = needed.slice(given.length).map((path) => ({ path, message: 'is missing' }));
  const takesMore = command.operands.at(-1)?.includes('...') === true;
  const extra = (takesMore ? [] : given.slice(command.operands.length)).map((path) => ({
    path: JSON.stringify(path),
    message: command.operands.length === 0 ? `fairway ${command.name} takes no argument` : 'is one argument too many',
  }));
  return [...missing, ...extra];
}

function check(options: readonly Token[], known: readonly FlagSpec[]): { values: Flags; problems: readonly Problem[] } {
  const values: Record<string, FlagValue> = {};
  const problems: Problem[] = [];
  for (const token of options) {
    const spec = known.find((flag) => flag.name === token.name);
    const result = spec === undefined ? unknown(token, known) : valueOf(spec, token);
    if ('problem' in result) problems.push({ path: token.rawName, ...result.problem });
    else if (spec?.kind === 'list')
      values[token.name] = [...((values[token.name] as string[]) ?? []), String(result.value)];
    else if (values[token.name] !== undefined && values[token.name] !== result.value) {
      problems.push({ path: token.rawName, message: 'is given twice with different values' });
    } else values[token.name] = result.value;
  }
  return { values, problems };
}

type Checked = { readonly value: FlagValue } | { readonly problem: Omit<Problem, 'path'> };

const problem = (message: string, more: Partial<Problem> = {}): Checked => ({ problem: { message, ...more } });

function unknown(token: Token, known: readonly FlagSpec[]): Checked {
  const choices = known.map((flag) => `--${flag.name}`);
  const owners = commands.filter((command) => command.flags.some((flag) => flag.name === token.name));
  if (owners.length > 0) {
    return problem(`belongs to ${owners.map((owner) => `"fairway ${owner.name}"`).join(', ')}, after its name`, {
      choices,
    });
  }
  const meant = nearest(token.rawName, choices);
  if (meant === null) return problem('is not known', { choices });
  return problem(`is not known; did you mean ${meant}?`, { choices, nearest: meant });
}

function valueOf(spec: FlagSpec, token: Token): Checked {
  if (spec.kind === 'switch') {
    return token.value === undefined
      ? { value: true }
      : problem('is a switch and takes no value', { value: token.value });
  }
  const value = token.value;
  if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('-'))) {
    return problem(`needs a value: --${spec.name}=${spec.value}`);
  }
  if (spec.kind === 'number') {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    const inRange = number >= spec.min && number <= spec.max;
    return inRange ? { value: number } : problem(`expected a whole number from ${spec.min} to ${spec.max}`, { value });
  }
  if (spec.kind === 'text' && spec.choices !== undefined && !spec.choices.includes(value)) {
    const meant = nearest(value, spec.choices);
    return problem(`expected one of ${spec.choices.join(', ')}; got ${JSON.stringify(value)}`, {
      value,
      choices: spec.choices,
      ...(meant === null ? {} : { nearest: meant }),
    });
  }
  return { value };
}
