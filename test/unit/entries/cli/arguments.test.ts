import { describe, expect, test } from 'vitest';
import { asksFor, commandWord, parseArguments } from '../../../../src/entries/cli/arguments.ts';
import { ConfigError } from '../../../../src/errors.ts';

function parsed(...argv: string[]) {
  const invocation = parseArguments(argv);
  if (invocation.kind !== 'run') throw new Error(`it is ${invocation.kind}`);
  const { command, globals, flags, positionals } = invocation;
  return { command: command.name, globals, flags, positionals };
}

function failure(...argv: string[]): ConfigError {
  try {
    parseArguments(argv);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const told = (...argv: string[]): readonly string[] =>
  failure(...argv).problems.map(({ path, message }) => `${path}: ${message}`);

describe('a command line that is right', () => {
  test('has global flags before and after the command', () => {
    expect(parsed('-C', 'a b', 'ship', '--env=production', '--json')).toEqual({
      command: 'ship',
      globals: { directory: 'a b', env: 'production', json: true },
      flags: {},
      positionals: [],
    });
  });

  test('has flags and operands of its own', () => {
    expect(parsed('logs', '1.4.0', '--lines', '500', '--process', 'web')).toMatchObject({
      flags: { lines: 500, process: 'web' },
      positionals: ['1.4.0'],
    });
  });

  test('takes everything after -- as operands', () => {
    expect(parsed('rollback', '--', '-1.0.0').positionals).toEqual(['-1.0.0']);
  });

  test('may say the same thing twice', () => {
    expect(parsed('ship', '--env', 'a', '--env', 'a', '--json', '--json').globals).toEqual({ env: 'a', json: true });
  });

  test('a value may begin with a dash when it stands behind an equals sign', () => {
    expect(parsed('-C=-x', 'check').globals).toEqual({ directory: '=-x' });
    expect(parsed('--directory=-x', 'check').globals).toEqual({ directory: '-x' });
  });
});

describe('help and version', () => {
  test.each([
    [['help']],
    [['--help']],
    [['-h']],
    [['help', 'ship']],
    [['ship', '--help']],
    [['ship', '-h', '--nonsense']],
  ])('%j is help', (argv) => {
    const invocation = parseArguments(argv);
    expect(invocation.kind).toBe('help');
    expect(invocation).toHaveProperty(
      'command',
      argv.includes('ship') ? expect.objectContaining({ name: 'ship' }) : null,
    );
  });

  test.each([[['--version']], [['ship', '--version']]])('%j is the version', (argv) => {
    expect(parseArguments(argv)).toEqual({ kind: 'version' });
  });

  test('help of an unknown command is an unknown command', () => {
    expect(failure('help', 'shp').code).toBe('COMMAND_UNKNOWN');
  });
});

describe('a command line that is wrong', () => {
  test('no command', () => {
    expect(failure().code).toBe('COMMAND_MISSING');
    expect(failure('--json').code).toBe('COMMAND_MISSING');
  });

  test('an unknown command, with the nearest one', () => {
    const error = failure('shp');
    expect(error.code).toBe('COMMAND_UNKNOWN');
    expect(error.message).toBe('There is no command "shp". Did you mean "ship"?');
    expect(error.facts).toMatchObject({ nearest: 'ship' });
  });

  test('an unknown command that is near to nothing', () => {
    expect(failure('kubernetes').message).toBe('There is no command "kubernetes".');
  });

  test.each([
    [['ship', '--jsn'], ['--jsn: is not known; did you mean --json?']],
    [['ship', '--dryrun'], ['--dryrun: is not known; did you mean --dry-run?']],
    [['ship', '-x'], ['-x: is not known']],
    [['ship', '--yes'], ['--yes: belongs to "fairway migrate", "fairway down", after its name']],
    [['ship', '--env'], ['--env: needs a value: --env=NAME']],
    [['ship', '--env='], ['--env: needs a value: --env=NAME']],
    [['ship', '--env', '--json'], ['--env: needs a value: --env=NAME']],
    [['ship', '--json=yes'], ['--json: is a switch and takes no value']],
    [['ship', '--env', 'a', '--env', 'b'], ['--env: is given twice with different values']],
    [['ship', 'now'], ['"now": fairway ship takes no argument']],
    [['rollback', '1.0.0', '2.0.0'], ['"2.0.0": is one argument too many']],
    [['logs', '--lines', 'many'], ['--lines: expected a whole number from 1 to 10000']],
    [['logs', '--lines', '0'], ['--lines: expected a whole number from 1 to 10000']],
    [['logs', '--lines', '1e3'], ['--lines: expected a whole number from 1 to 10000']],
  ])('%j', (argv, expected) => {
    expect(told(...argv)).toEqual(expected);
  });

  test('all problems are told at once', () => {
    expect(told('logs', '--jsn', '--lines', 'x', 'a', 'b')).toHaveLength(3);
  });

  test('a wrong flag without any command is told as that', () => {
    expect(told('--jsn')).toEqual(['--jsn: is not known; did you mean --json?']);
  });
});

test('how to tell an error is read from a wrong command line too', () => {
  expect(asksFor(['shp', '--nonsense', '--json'], 'json')).toBe(true);
  expect(asksFor(['shp'], 'json')).toBe(false);
  expect(commandWord(['--env', 'x', 'shp'])).toBe('shp');
});
