import { expect, test } from 'vitest';
import { commandText } from '../../../src/stages/command-text.ts';

test('plain words stand as they are', () => {
  expect(commandText(['npm', 'run', 'build:web', '--mode=x', './a_b.js'])).toBe('npm run build:web --mode=x ./a_b.js');
});

test('words with blanks, signs of a shell or nothing in them stand in quotes', () => {
  expect(commandText(['sh', '-c', "echo it's $HOME", ''])).toBe(String.raw`sh -c 'echo it'\''s $HOME' ''`);
});

test('a very long command is cut', () => {
  expect(commandText(['node', '-e', 'x'.repeat(1_000)])).toMatch(/^node -e x+…$/);
});
