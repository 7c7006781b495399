import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandBody, CommandContext } from '../../../../src/entries/cli/command.ts';
import { createConsole } from '../../../../src/entries/cli/console.ts';
import type { Run } from '../../../../src/entries/cli/context.ts';
import { runCommand } from '../../../../src/entries/cli/door.ts';
import type { CommandSpec } from '../../../../src/entries/cli/command-spec.ts';
import { GateFailed, Interrupted } from '../../../../src/errors.ts';

let state = '';
beforeEach(() => (state = mkdtempSync(join(tmpdir(), 'fairway-door-'))));
afterEach(() => rmSync(state, { recursive: true, force: true }));

const done = { outcome: 'ok', code: 'DONE', result: {}, summary: [] } as const;

interface Options {
  readonly globals?: Run['globals'];
  readonly env?: Record<string, string>;
  readonly recorded?: boolean;
  readonly signal?: AbortSignal;
  readonly broken?: Promise<never>;
  readonly giveUp?: () => void;
}

async function through(body: CommandBody, options: Options = {}) {
  const written = { lines: '', troubles: '', document: '' };
  const globals: Run['globals'] = { json: true, ...options.globals };
  const command: CommandSpec = {
    name: 'ship',
    summary: '',
    operands: [],
    about: '',
    flags: [],
    examples: [],
    recorded: options.recorded ?? true,
    load: () => Promise.resolve({ run: body }),
  };
  const exitCode = await runCommand(
    { kind: 'run', command, globals, flags: { lines: 3 }, positionals: ['1.0.0'] },
    {
      console: createConsole({
        lines: { write: (text) => (written.lines += text) },
        troubles: { write: (text) => (written.troubles += text) },
        color: false,
        level: globals['verbose'] === true ? 'verbose' : 'normal',
        live: false,
        monotonicMs: () => 0,
        now: () => new Date(0),
      }),
      env: { FAIRWAY_STATE_DIR: state, HOME: state, ...options.env },
      cwd: state,
      version: '1.2.3',
      isTerminal: false,
      signal: options.signal ?? new AbortController().signal,
      ask: () => Promise.resolve(false),
      broken: options.broken ?? new Promise<never>(() => undefined),
      giveUp: options.giveUp ?? (() => undefined),
      graceMs: 10,
      writeDocument: (text) => (written.document += text),
    },
  );
  return { ...written, exitCode, json: JSON.parse(written.document || 'null') as Record<string, unknown> };
}

const contextOf = async (options: Options): Promise<CommandContext> => {
  let seen: CommandContext | null = null;
  await through((context) => {
    seen = context;
    return Promise.resolve(done);
  }, options);
  if (seen === null) throw new Error('the command did not run');
  return seen;
};

describe('what a command is given', () => {
  test('its flags, operands and places', async () => {
    const context = await contextOf({});
    expect(context).toMatchObject({
      command: 'ship',
      version: '1.2.3',
      directory: state,
      configFile: null,
      environment: null,
      flags: { lines: 3 },
      positionals: ['1.0.0'],
      dryRun: false,
      verbose: false,
      stateDirectory: state,
    });
  });

  test('flags before variables', async () => {
    const env = { FAIRWAY_ENV: 'a', FAIRWAY_CONFIG: 'x/fairway.yml' };
    expect(await contextOf({ env })).toMatchObject({ environment: 'a', configFile: join(state, 'x/fairway.yml') });
    const globals = { env: 'b', config: 'y.yml', 'dry-run': true };
    expect(await contextOf({ env, globals })).toMatchObject({
      environment: 'b',
      configFile: join(state, 'y.yml'),
      dryRun: true,
    });
  });

  test('empty variables say nothing', async () => {
    const context = await contextOf({ env: { FAIRWAY_ENV: '', FAIRWAY_CONFIG: '' } });
    expect(context).toMatchObject({ environment: null, configFile: null });
  });
});

describe('what the world is given', () => {
  test('lines for people, the stages, and the document', async () => {
    const { exitCode, json, lines } = await through(({ reporter }) => {
      reporter.report({ type: 'stage-started', stage: 'build', title: 'Build' });
      reporter.report({ type: 'stage-finished', stage: 'build', outcome: 'ok', durationMs: 5, summary: '42 files' });
      return Promise.resolve({
        outcome: 'ok',
        code: 'SHIPPED',
        result: { url: 'http://x' },
        summary: ['v1.0.0 serves.'],
      });
    });
    expect(exitCode).toBe(0);
    expect(lines).toBe('build      ok           5 ms        42 files\nv1.0.0 serves.\n');
    expect(json).toEqual({
      fairway: '1.2.3',
      command: 'ship',
      outcome: 'ok',
      code: 'SHIPPED',
      exitCode: 0,
      durationMs: expect.any(Number),
      stages: [{ name: 'build', outcome: 'ok', durationMs: 5 }],
      result: { url: 'http://x' },
    });
  });

  test('no document without --json', async () => {
    expect((await through(() => Promise.resolve(done), { globals: { json: false } })).document).toBe('');
  });

  test('a refusal: message and next step, exit code 3', async () => {
    const error = new GateFailed('TESTS_FAILED', 'npm test ended with 1.', { hint: 'Run it yourself.' });
    const { exitCode, json, troubles } = await through(() => Promise.reject(error));
    expect(exitCode).toBe(3);
    expect(troubles).toBe('TESTS_FAILED: npm test ended with 1.\nnext: Run it yourself.\n');
    expect(json).toMatchObject({ outcome: 'refused', code: 'TESTS_FAILED' });
    expect(json['result']).toEqual({ error: { message: 'npm test ended with 1.', hint: 'Run it yourself.' } });
  });

  test('a failure with something to tell keeps it beside the error', async () => {
    const error = new GateFailed('ROLLBACK_IMPOSSIBLE', 'x');
    const { json } = await through(() => Promise.resolve({ error, result: { rollback: 'impossible' } }));
    expect(json['result']).toEqual({ rollback: 'impossible', error: { message: 'x' } });
  });

  test('a bug: exit code 1, the stack only with --verbose', async () => {
    const bug = (): never => {
      throw new TypeError('x is not a function');
    };
    const quiet = await through(bug);
    expect(quiet.exitCode).toBe(1);
    expect(quiet.troubles).toContain('UNEXPECTED: Fairway broke: x is not a function (fairway 1.2.3, Node ');
    expect(quiet.troubles).not.toContain('door.test.ts');
    expect((await through(bug, { globals: { verbose: true } })).troubles).toContain('door.test.ts');
  });

  test('a promise that nobody waited for ends the command as a bug', async () => {
    const broken = Promise.reject<never>(new Error('lost'));
    broken.catch(() => undefined);
    const { exitCode, json } = await through(() => new Promise(() => undefined), { broken });
    expect({ exitCode, code: json['code'] }).toEqual({ exitCode: 1, code: 'UNEXPECTED' });
  });

  test('before such an end the command may clean up', async () => {
    const controller = new AbortController();
    const broken = Promise.reject<never>(new Error('lost'));
    broken.catch(() => undefined);
    const cleaned: string[] = [];
    const { exitCode } = await through(
      async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        cleaned.push('processes');
        return done;
      },
      { broken, signal: controller.signal, giveUp: () => controller.abort() },
    );
    expect({ exitCode, cleaned }).toEqual({ exitCode: 1, cleaned: ['processes'] });
  });

  test('an interrupted command: exit code 130', async () => {
    const signal = AbortSignal.abort(new Interrupted('INTERRUPTED', 'Interrupted by SIGINT.'));
    const { exitCode, json } = await through(() => Promise.reject(new Error('aborted')), { signal });
    expect({ exitCode, outcome: json['outcome'] }).toEqual({ exitCode: 130, outcome: 'interrupted' });
  });

  test('a folder that is not there: exit code 2', async () => {
    const { exitCode, json } = await through(() => Promise.resolve(done), { globals: { directory: 'nowhere' } });
    expect({ exitCode, code: json['code'] }).toEqual({ exitCode: 2, code: 'DIRECTORY_MISSING' });
  });
});

describe('secrets and events', () => {
  const secret = 'hunter2hunter2';
  const leak: CommandBody = ({ reporter, conceal }) => {
    conceal(secret);
    reporter.report({ type: 'note', stage: 'build', text: `token ${secret}` });
    reporter.report({ type: 'output', stage: 'build', stream: 'stdout', line: secret });
    return Promise.resolve({
      error: new GateFailed('LEAK', `it was ${secret}`, { hint: secret, facts: { deep: [secret] } }),
      result: { url: `http://a:${secret}@b` },
      summary: [secret],
    });
  };

  test('a concealed value is shown nowhere', async () => {
    const { lines, troubles, document } = await through(leak, { globals: { verbose: true } });
    const [run = ''] = readdirSync(join(state, 'runs'));
    const kept = readFileSync(join(state, 'runs', run, 'events.jsonl'), 'utf8');
    for (const text of [lines, troubles, document, kept]) {
      expect(text).toContain('***');
      expect(text).not.toContain(secret);
    }
  });

  test('the events of a recorded command are kept, from start to end', async () => {
    await through(() => Promise.resolve(done));
    const [run = ''] = readdirSync(join(state, 'runs'));
    const events = readFileSync(join(state, 'runs', run, 'events.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['run-started', 'run-finished']);
  });

  test('a command that only looks leaves nothing behind', async () => {
    await through(() => Promise.resolve(done), { recorded: false });
    expect(existsSync(join(state, 'runs'))).toBe(false);
  });

  test('what a command says last cannot steer the terminal', async () => {
    const { lines } = await through(() => Promise.resolve({ ...done, summary: ['a\u001B[2J\nb'] }));
    expect(lines).toBe('a\nb\n');
  });
});
