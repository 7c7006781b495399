import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { nodeSecrets } from '../../../../src/adapters/node/secrets.ts';
import { useWorkshop } from './workshop.ts';

const at = useWorkshop();
const secrets = (env: Record<string, string> = {}) => nodeSecrets({ env, directory: at.folder, mask: at.mask });

test('a secret comes from the environment and is hidden from then on', async () => {
  expect(await secrets({ TOKEN: 'correct-horse' }).resolve('env:TOKEN')).toBe('correct-horse');
  expect(at.mask.apply('it is correct-horse')).toBe('it is ***');
});

test('a secret comes from a file beside the configuration, without the line end that editors add', async () => {
  await writeFile(at.path('my token'), 'correct-horse\n');

  expect(await secrets().resolve('file:my token')).toBe('correct-horse');
  expect(await secrets().resolve(`file:${at.path('my token')}`)).toBe('correct-horse');
  expect(at.mask.apply('it is correct-horse')).toBe('it is ***');
});

test.each([
  ['env:TOKEN', 'the environment variable TOKEN is not set'],
  ['env:EMPTY', 'the environment variable EMPTY is empty'],
  ['file:none', 'the file none is not there'],
  ['file:.', 'the file . cannot be read'],
])('%s that holds nothing is a configuration error', async (reference, message) => {
  await expect(secrets({ EMPTY: '' }).resolve(reference)).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    family: 'config',
    message,
    problems: [{ path: reference, message }],
  });
});

test('a value that stands where a reference belongs is not repeated in the error', async () => {
  await expect(secrets().resolve('correct-horse')).rejects.toThrow(/never by its value/);
  await expect(secrets().resolve('correct-horse')).rejects.not.toThrow(/correct-horse/);
});
