import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { actionsRunner } from '../../../src/adapters/actions/runner.ts';
import { readFileCommands, readLog } from '../../harness/log.ts';
import { evaluated, runStep } from '../../harness/runner.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-harness-'));
  for (const name of ['workspace', 'temp']) mkdirSync(join(folder, name));
  const program = join(import.meta.dirname, '../../harness/programs/uses-the-toolkit.ts');
  writeFileSync(join(folder, 'main.mjs'), `await import(${JSON.stringify(program)});\n`);
  writeFileSync(
    join(folder, 'action.yml'),
    'inputs:\n  token:\n    default: ${{ github.token }}\nruns:\n  using: node24\n  main: main.mjs\n  post: main.mjs\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the runner of our tests understands GitHub's own toolkit", () => {
  test('outputs, state, masks, annotations, groups, variables, paths, summary, post', async () => {
    const { main, post } = await runStep({
      action: folder,
      workspace: join(folder, 'workspace'),
      temp: join(folder, 'temp'),
    });
    expect({ code: main.code, stderr: main.stderr }).toEqual({ code: 0, stderr: '' });
    expect(main.outputs).toEqual({ text: 'one\ntwo<<EOF\nEOF', odd: 'a=b' });
    expect(main.state).toEqual({ kept: 'yes' });
    expect(main.masks).toEqual(['s3cret-value']);
    expect(main.commands.find(({ name }) => name === 'error')).toEqual({
      name: 'error',
      properties: { title: 'a, b: c', file: 'a,b.ts', line: '3' },
      message: 'it broke:\n100 %',
    });
    expect(main.commands.map(({ name }) => name)).toEqual(['add-mask', 'error', 'group', 'endgroup']);
    expect(main.log).toContain('inside ***');
    expect({ env: main.env, path: main.path }).toEqual({ env: { EXPORTED: 'x' }, path: '/opt/x\n' });
    expect(main.summary).toContain('<h1>Hello</h1>');
    expect(post?.code).toBe(0);
  });

  test('defaults are evaluated as GitHub evaluates them', () => {
    expect(evaluated('${{ github.token }}', 'ghs_x')).toBe('ghs_x');
    expect(evaluated("${{ format('{0}!', github.token) }}", 'x')).toBe('x!');
    expect(evaluated('plain', 'x')).toBe('plain');
  });

  test('between stop-commands and its token nothing is a command', () => {
    const { commands, text } = readLog(['::stop-commands::T', '::error::a', '::T::', '::error::b']);
    expect(commands.map(({ message }) => message)).toEqual(['b']);
    expect(text).toEqual(['::error::a']);
  });

  test('what the real runner refuses is refused', () => {
    expect(() => readFileCommands('a<<EOF\nnever ends')).toThrow('Matching delimiter not found');
    expect(() => readFileCommands('nonsense')).toThrow('Invalid format');
  });
});

test('a runner that gives no files, or files that cannot be written, is told in a sentence', () => {
  const sink = { write: () => true };
  const runner = actionsRunner(process.env, sink, sink);
  vi.stubEnv('GITHUB_OUTPUT', '');
  expect(runner.output('a', 'b')).toBe('GITHUB_OUTPUT is not set');
  vi.stubEnv('GITHUB_OUTPUT', folder);
  expect(runner.output('a', 'b')).toContain('GITHUB_OUTPUT: EISDIR');
  vi.unstubAllEnvs();
});
