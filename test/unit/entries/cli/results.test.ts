import { expect, test } from 'vitest';
import { documentSchema } from '../../../../src/entries/cli/document-schema.ts';
import { results } from '../../../../src/entries/cli/results.ts';
import { commands } from '../../../../src/entries/cli/table.ts';

const document = {
  fairway: '1.0.0',
  command: 'abort',
  outcome: 'ok',
  code: 'NOTHING_TO_ABORT',
  exitCode: 0,
  durationMs: 3,
  stages: [],
  result: { app: 'shop', environment: 'local' },
};

test('every command says what it answers', () => {
  expect(Object.keys(results).toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
});

test('a document holds what the reference lists, and nothing else', () => {
  const schema = documentSchema('abort');
  expect(schema.safeParse(document).success).toBe(true);
  expect(schema.safeParse({ ...document, result: { ...document.result, secret: 1 } }).success).toBe(false);
  expect(schema.safeParse({ ...document, result: { app: 1 } }).success).toBe(false);
  expect(schema.safeParse({ ...document, outcome: 'fine' }).success).toBe(false);
});
