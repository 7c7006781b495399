import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/config/schema.ts';
import { parseArguments } from '../../../src/entries/cli/arguments.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/scanning.md'), 'utf8');
const blocks = (kind: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

test('every configuration of the scanning guide is one', () => {
  const configurations = blocks('yaml').filter((text) => text.startsWith('scan:'));
  expect(configurations).toHaveLength(2);
  for (const text of configurations)
    expect(() => configSchema.parse({ app: 'shop', ...(parse(text) as object) })).not.toThrow();
});

test('its workflow asks for a command line that is one', () => {
  const [workflow] = blocks('yaml').filter((text) => text.startsWith('name:'));
  const { jobs } = parse(workflow ?? '') as {
    jobs: { scan: { steps: { with: { command?: string; args?: string } }[] } };
  };
  const { command = '', args = '' } = jobs.scan.steps.at(-1)?.with ?? {};
  expect(parseArguments([command, ...(parse(args) as string[])])).toMatchObject({ kind: 'run' });
});

test('every command of the scanning guide is one', () => {
  const lines = blocks('sh').flatMap((text) => text.split('\n').filter((line) => line.startsWith('fairway ')));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const words = line
      .replace(/\s#.*$/, '')
      .trim()
      .split(/\s+/)
      .slice(1);
    expect(parseArguments(words)).toMatchObject({ kind: 'run' });
  }
});
