import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askOn } from '../../../../src/entries/cli/ask.ts';

async function answered(reply: string, signal = new AbortController().signal) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answer = askOn(input, output, 'Stop\u001B[2J everything?', signal);
  if (reply === '') input.end();
  else input.write(reply);
  return { answer: await answer, shown: String(output.read()) };
}

test.each(['y\n', 'Y\n', 'yes\n', '  yes \n'])('%j is a yes', async (reply) => {
  expect((await answered(reply)).answer).toBe(true);
});

test.each(['n\n', '\n', 'no\n', 'yesterday\n'])('%j is a no', async (reply) => {
  expect((await answered(reply)).answer).toBe(false);
});

test('the question is shown harmless, with the default', async () => {
  expect((await answered('n\n')).shown).toContain('Stop everything? [y/N] ');
});

test('an end of input is a no', async () => {
  expect((await answered('')).answer).toBe(false);
});

test('a signal is a no', async () => {
  expect((await answered('', AbortSignal.abort())).answer).toBe(false);
});
