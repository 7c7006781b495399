import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  command,
  commands,
  deadline,
  duration,
  environmentVariables,
  percentage,
  relativePath,
  secretReference,
  splitCommand,
} from '../../../src/config/values.ts';

const complaint = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value).error?.issues[0]?.message;

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, expected) => {
    expect(duration.parse(text)).toBe(expected);
  });

  test.each([
    [30, 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 30s for seconds, 30ms for milliseconds'],
    ['30', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 30s for seconds, 30ms for milliseconds'],
    ['5 min', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 5m'],
    ['2 hours', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 2h'],
    ['100 millis', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 100ms'],
    ['10 msec', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h: 10ms'],
    ['3 months', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h'],
    ['3 weeks', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h'],
    ['soon', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h'],
    ['-5s', 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h'],
    ['25d', 'a duration is at most 24d'],
  ])('%j is refused, with the unit that was meant', (value, expected) => {
    expect(complaint(duration, value)).toBe(expected);
  });

  test('a deadline is never 0', () => {
    expect(complaint(deadline, '0s')).toBe('a deadline is longer than 0');
    expect(deadline.parse('1ms')).toBe(1);
  });
});

describe('shares', () => {
  test('10% is a tenth', () => {
    expect(percentage.parse('10%')).toBe(0.1);
    expect(percentage.parse('0%')).toBe(0);
    expect(percentage.parse('100%')).toBe(1);
  });

  test.each([
    [0.1, 'expected a percentage, such as 10%: 0.1% (0.1 as a fraction is 10%)'],
    [5, 'expected a percentage, such as 10%: 5%'],
    ['5', 'expected a percentage, such as 10%'],
    ['101%', 'a share is at most 100%'],
  ])('%j is refused', (value, expected) => {
    expect(complaint(percentage, value)).toBe(expected);
  });
});

describe('commands', () => {
  test.each([
    ['npm test', ['npm', 'test']],
    [`node -e 'console.log("a b")'`, ['node', '-e', 'console.log("a b")']],
    ['a "b c" d\\ e ""', ['a', 'b c', 'd e', '']],
    ['git show HEAD~1 a#b', ['git', 'show', 'HEAD~1', 'a#b']],
  ])('the line %s is one command', (line, expected) => {
    expect(command.parse(line)).toEqual(expected);
  });

  test.each([
    'a | b',
    'a && b',
    'a; b',
    'a > b',
    'echo $HOME',
    'echo "$HOME"',
    'echo `a`',
    'ls *.ts',
    'ls ~/x',
    'a # b',
    'a "b',
    'a\\',
    'a\0b',
    '""',
  ])('the line %j asks for a shell or is broken, and is refused', (line) => {
    expect(complaint(command, line)).toContain('Fairway starts no shell');
  });

  test('a list is taken as it is, shell signs and all', () => {
    expect(command.parse(['sh', '-c', 'a | b'])).toEqual(['sh', '-c', 'a | b']);
  });

  test.each([[[]], [['']], [[1]], [{}], [5], ['']])('%j is no command', (value) => {
    expect(command.safeParse(value).success).toBe(false);
  });

  test('one line, a list of lines, and a list with lists are lists of commands', () => {
    expect(commands.parse('npm ci')).toEqual([['npm', 'ci']]);
    expect(commands.parse(['npm ci', ['npm', 'run', 'a b']])).toEqual([
      ['npm', 'ci'],
      ['npm', 'run', 'a b'],
    ]);
    expect(commands.parse([])).toEqual([]);
  });

  test('splitting answers nothing for a line without a word', () => {
    expect(splitCommand('   ')).toBeNull();
  });
});

describe('other values', () => {
  test('a secret is a reference, and the complaint does not repeat what stood there', () => {
    expect(secretReference.parse('env:TOKEN')).toBe('env:TOKEN');
    expect(secretReference.parse('file:/run/secrets/x')).toBe('file:/run/secrets/x');
    expect(complaint(secretReference, 'hunter2')).not.toContain('hunter2');
  });

  test.each(['/etc', '../x', 'a/../../b', 'C:\\x', '\\x', ''])('the path %j leads out of the project', (path) => {
    expect(relativePath.safeParse(path).success).toBe(false);
  });

  test.each(['.', 'dist', 'a/b..c', 'a b'])('the path %j stays below it', (path) => {
    expect(relativePath.parse(path)).toBe(path);
  });

  test('numbers and truths in an environment are text', () => {
    expect(environmentVariables.parse({ A: 1, B: true, C: 'x' })).toEqual({ A: '1', B: 'true', C: 'x' });
    expect(environmentVariables.safeParse({ 'A-B': 'x' }).success).toBe(false);
    expect(environmentVariables.safeParse({ A: 'x\0y' }).success).toBe(false);
    expect(environmentVariables.safeParse({ A: ['x'] }).success).toBe(false);
  });
});
