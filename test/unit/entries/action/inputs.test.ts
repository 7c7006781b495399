import { describe, expect, test } from 'vitest';
import { argumentsOf, askedRun } from '../../../../src/entries/action/ask.ts';
import { actionManifest } from '../../../../src/entries/action/describe.ts';
import { lines, readInputs } from '../../../../src/entries/action/read-inputs.ts';
import { inputs as specs, outputs } from '../../../../src/entries/action/table.ts';
import { parseArguments } from '../../../../src/entries/cli/arguments.ts';
import { ConfigError } from '../../../../src/errors.ts';
import { readEvent } from '../../../../src/domain/trust/event.ts';
import { parse, stringify } from 'yaml';
import { hostileTexts } from '../../../harness/hostile.ts';

const push = readEvent('push', 'owner/name', {});
const read = async (given: Record<string, string>) =>
  await readInputs(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  );
const problemsOf = async (given: Record<string, string>) => {
  const error: unknown = await read(given).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConfigError ? error.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe('inputs', () => {
  test('an empty one says nothing', async () => {
    expect(await read({ command: 'ship', environment: '', config: ' ', 'dry-run': '', args: '', report: '' })).toEqual({
      command: 'ship',
      args: [],
      environment: null,
      wait: true,
      daggerVersion: null,
      cloudToken: null,
      config: null,
      directory: null,
      dryRun: false,
      verbose: false,
      token: null,
      report: ['summary', 'annotations', 'comment', 'deployment'],
      remarks: [],
    });
  });

  test('become arguments, one value one argument', async () => {
    const inputs = await read({
      command: 'ship',
      environment: 'production',
      config: 'a b/fairway.yml',
      'working-directory': "it's",
      'dry-run': 'true',
      wait: 'false',
      args: '- --allow-dirty',
    });
    expect(argumentsOf(inputs)).toEqual([
      "--directory=it's",
      '--config=a b/fairway.yml',
      '--env=production',
      '--dry-run',
      'ship',
      '--no-wait',
      '--allow-dirty',
    ]);
  });

  test('all problems are told at once', async () => {
    expect(await problemsOf({ 'dry-run': 'yes', report: 'sumary\nnone', args: 'a: 1' })).toEqual([
      'command: is missing: name what to do, for instance "command: ship"',
      'args: expected a YAML list, one argument per item: "- --allow-dirty"',
      'dry-run: expected true or false; got "yes"',
      'report: "sumary" is not known; did you mean "summary"?',
      'report: "none" stands alone',
    ]);
  });

  test('a command is one word', async () => {
    expect(await problemsOf({ command: 'release plan' })).toEqual([
      'command: is one word; what follows it goes into args, as a YAML list',
    ]);
  });

  test('the wrong case of a value is told with what was meant', async () => {
    const inputs = await read({ command: 'Ship' });
    expect(() => askedRun(inputs, push)).toThrow('There is no command "Ship". Did you mean "ship"?');
  });

  test.each([
    '[a',
    '- a\n- [b',
    '- !!js/function x',
    '- &a x\n- *a',
    '- 1\n- {a: b}',
    '---\n- a\n---\n- b',
    '"x"',
    '- "\\0"',
  ])('args that are no list of texts are refused: %j', async (args) => {
    expect(await problemsOf({ command: 'ship', args })).toHaveLength(1);
  });

  test('items of args are taken as they are written: no number, no null, no date', async () => {
    const { args } = await read({
      command: 'ship',
      args: '- 1.10\n- null\n- yes\n- 2024-01-01\n- "a # b"\n- 0x10 # not this',
    });
    expect(args).toEqual(['1.10', 'null', 'yes', '2024-01-01', 'a # b', '0x10']);
  });

  test.each(hostileTexts.map((text, index) => ({ index, text })))(
    'hostile text $index arrives as one argument',
    async ({ text }) => {
      const wellFormed = text.toWellFormed();
      const { args } = await read({ command: 'commits', args: stringify(['lint', '--title', wellFormed]) });
      expect(args).toEqual(['lint', '--title', wellFormed]);
      const inputs = await read({ command: 'check', environment: wellFormed });
      const argv = argumentsOf(inputs);
      if (wellFormed.trim() !== '') {
        const invocation = parseArguments(argv);
        expect(argv).toEqual([`--env=${wellFormed.trim()}`, 'check']);
        expect(invocation).toMatchObject({ kind: 'run', globals: { env: wellFormed.trim() } });
      }
    },
  );

  test('unknown ones are remarked upon, with what was meant', async () => {
    expect((await read({ command: 'ship', enviroment: 'x' })).remarks).toEqual([
      'there is no input "enviroment"; did you mean "environment"?',
    ]);
  });
});

test('lists by line: comments and blank lines go, quotes keep what is in them', () => {
  expect(lines('a # x\n\n# y\n  b  \r\n"c # d"\n\'it\'\'s\' # z\n"say \\"x\\""\nhttp://x#y')).toEqual([
    'a',
    'b',
    'c # d',
    "it's",
    'say "x"',
    'http://x#y',
  ]);
});

test('help is for people, an unknown event for nobody', () => {
  expect(() => askedRun({ ...inputsOf('ship'), args: ['--help'] }, push)).toThrow('help is for people');
  expect(() => askedRun(inputsOf('ship'), readEvent('issue_comment', 'o/n', {}))).toThrow('may be started by anybody');
  expect(() => askedRun(inputsOf('agent'), push)).toThrow('not for workflows');
});

const inputsOf = (command: string) => ({
  command,
  args: [],
  environment: null,
  wait: true,
  daggerVersion: null,
  cloudToken: null,
  config: null,
  directory: null,
  dryRun: false,
  verbose: false,
  token: null,
  report: [],
  remarks: [],
});

test('action.yml holds every input and output and nothing else', () => {
  const manifest = parse(actionManifest()) as {
    inputs: Record<string, unknown>;
    outputs: Record<string, unknown>;
    runs: unknown;
  };
  expect(Object.keys(manifest.inputs)).toEqual(specs.map(({ name }) => name));
  expect(Object.keys(manifest.outputs)).toEqual(outputs.map(({ name }) => name));
  expect(manifest.runs).toEqual({ using: 'node24', main: 'dist/action.js', post: 'dist/action.js' });
});
