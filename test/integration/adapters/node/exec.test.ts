import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop({ ...process.env, SECRET_OF_OURS: 'do not inherit', LANG: 'C.UTF-8' });
const timeoutMs = 20_000;

test('a command that succeeds answers its output and exit code 0', async () => {
  const result = await at.exec.run({ argv: ['sh', '-c', 'echo out; echo err >&2'], timeoutMs });

  expect(result).toMatchObject({ exitCode: 0, signal: null, ended: 'exited', stdout: 'out\n', stderr: 'err\n' });
  expect(result.droppedBytes).toBe(0);
});

test('a command that fails is a value with its exit code', async () => {
  const result = await at.exec.run({ argv: ['sh', '-c', 'exit 42'], timeoutMs });

  expect(result).toMatchObject({ exitCode: 42, ended: 'exited' });
});

test('a command that dies of a signal answers which', async () => {
  const result = await at.exec.run({ argv: ['sh', '-c', 'kill -SEGV $$'], timeoutMs });

  expect(result).toMatchObject({ exitCode: null, signal: 'SIGSEGV', ended: 'exited' });
});

test('a program that is not installed is an environment error that names it', async () => {
  await expect(at.exec.run({ argv: ['no-such-tool', 'x'], timeoutMs })).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    family: 'environment',
    message: 'no-such-tool was not found on PATH',
  });
});

test('a file that may not be executed is told apart from one that is not there', async () => {
  await expect(at.exec.run({ argv: ['/etc/passwd'], timeoutMs })).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: '/etc/passwd cannot be executed (EACCES)',
  });
});

test('a script whose interpreter is missing says so', async () => {
  const script = await at.program('script', '#!/no/such/interpreter\n');

  await expect(at.exec.run({ argv: [script], timeoutMs })).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: `${script} is there, but not the program that its first line names`,
  });
});

test('a folder that is not there is told apart from a missing program', async () => {
  await expect(at.exec.run({ argv: ['true'], cwd: at.path('gone'), timeoutMs })).rejects.toMatchObject({
    code: 'FOLDER_MISSING',
  });
});

test('a program with a space in its path runs, also by a name relative to its folder', async () => {
  await at.program('my tool', '#!/bin/sh\necho "$0 ran with $1"\n');

  const absolute = await at.exec.run({ argv: [at.path('my tool'), 'a b'], timeoutMs });
  const relative = await at.exec.run({ argv: ['./my tool', 'a b'], cwd: at.folder, timeoutMs });

  expect(absolute.stdout).toBe(`${at.path('my tool')} ran with a b\n`);
  expect(relative.stdout).toBe('./my tool ran with a b\n');
});

test('arguments reach the program as they are: no shell reads them', async () => {
  const values = ['$HOME', '`id`', 'a; b', '*', '"quoted"', '', 'two\nlines'];
  const result = await at.exec.run({ argv: ['printf', '%s|', ...values], timeoutMs });

  expect(result.stdout).toBe(`${values.join('|')}|`);
});

test('a command inherits PATH and language and is given its own variables, but none of our others', async () => {
  const { stdout } = await at.exec.run({ argv: ['env'], env: { OWN: 'given' }, timeoutMs });

  expect(stdout).toContain(`PATH=${process.env['PATH']}`);
  expect(stdout).toContain('LANG=C.UTF-8');
  expect(stdout).toContain('OWN=given');
  expect(stdout).not.toContain('SECRET_OF_OURS');
});

test('a command runs in the folder that it is given', async () => {
  await mkdir(at.path('inner folder'));
  const { stdout } = await at.exec.run({ argv: ['pwd'], cwd: at.path('inner folder'), timeoutMs });

  expect(stdout.trim().endsWith('/inner folder')).toBe(true);
});

test('a command reads what it is given, and sees an empty input otherwise', async () => {
  const given = await at.exec.run({ argv: ['cat'], stdin: 'Grüße\n', timeoutMs });
  const none = await at.exec.run({ argv: ['cat'], timeoutMs });

  expect(given.stdout).toBe('Grüße\n');
  expect(none.stdout).toBe('');
});

test('a command that ends without reading a long input is fine', async () => {
  const result = await at.exec.run({ argv: ['true'], stdin: 'x'.repeat(5_000_000), timeoutMs });

  expect(result.exitCode).toBe(0);
});

test('a command runs as another user when we are root, else as ourselves', async () => {
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot ? [65_534, 65_534] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const { stdout } = await at.exec.run({ argv: ['sh', '-c', 'echo $(id -u):$(id -g)'], cwd: '/', uid, gid, timeoutMs });

  expect(stdout).toBe(`${uid}:${gid}\n`);
});
