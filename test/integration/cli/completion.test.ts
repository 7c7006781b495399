import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionScript, shells } from '../../../src/entries/cli/completion.ts';
import { commands } from '../../../src/entries/cli/table.ts';
import { run, source } from './fairway.ts';

let cwd = '';
beforeAll(() => void (cwd = mkdtempSync(join(tmpdir(), 'fairway-completion-'))));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('completion in bash', () => {
  const completed = (...line: readonly string[]): readonly string[] => {
    const words = line.map((word) => `'${word}'`).join(' ');
    const script = `${completionScript('bash')}\nCOMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _fairway; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
      .split('\n')
      .filter((word) => word !== '');
  };

  test('of commands', () => expect(completed('fairway', 'rol')).toEqual(['rollback']));
  test('of the flags of a command, and of those of all', () => {
    expect(completed('fairway', 'down', '--y')).toEqual(['--yes']);
    expect(completed('fairway', '--verbose', 'ship', '--dry')).toEqual(['--dry-run']);
  });
  test('of verbs, wherever a command has some', () => {
    expect(completed('fairway', 'scan', 'im')).toEqual(['image']);
    expect(completed('fairway', 'release', 'p')).toEqual(['plan', 'prepare', 'publish']);
    expect(completed('fairway', 'completion', 'f')).toEqual(['fish']);
  });
  test('of every command there is', () => {
    for (const { name, flags } of commands) {
      expect(completed('fairway', name)).toContain(name);
      for (const flag of flags) expect(completed('fairway', name, `--${flag.name}`)).toContain(`--${flag.name}`);
    }
  });
  test('of files, where a flag takes one', () => {
    expect(completed('fairway', 'scan', '--sarif', `${cwd}/`)).toEqual([]);
    writeFileSync(join(cwd, 'a.sarif'), '');
    expect(completed('fairway', 'scan', '--sarif', `${cwd}/`)).toEqual([`${cwd}/a.sarif`]);
    expect(completed('fairway', 'scan', '--report', `${cwd}/a.`)).toEqual([`${cwd}/a.sarif`]);
  });
  test('of choices', () => expect(completed('fairway', 'classify', '--fail-on', 're')).toEqual(['review']));
});

test.each(shells)('fairway completion %s prints the script and nothing else', async (shell) => {
  const { code, stdout, stderr } = await run(source, ['completion', shell], { cwd });
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: completionScript(shell) });
});

test('another shell is refused by name', async () => {
  const { code, stderr } = await run(source, ['completion', 'tcsh'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('expected one of bash, zsh, fish');
});
