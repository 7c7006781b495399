import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadText } from '../../../src/config/load.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { parseArguments } from '../../../src/entries/cli/arguments.ts';
import { inputs } from '../../../src/entries/action/table.ts';

const root = join(import.meta.dirname, '../../..');
const guides = readdirSync(join(root, 'docs/guides')).filter((name) => name.endsWith('.md'));

/** Code blocks of a guide, without the indentation of a list that they stand in. */
function blocksOf(guide: string): readonly { readonly language: string; readonly code: string }[] {
  const text = readFileSync(join(root, 'docs/guides', guide), 'utf8');
  return [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)\n\1```$/gm)].map(([, indent = '', language = '', code = '']) => ({
    language,
    code: `${code
      .split('\n')
      .map((line) => line.slice(indent.length))
      .join('\n')}\n`,
  }));
}

const all = guides.flatMap((guide) => blocksOf(guide).map((block, index) => ({ guide, index, ...block })));
const yaml = all.filter(({ language }) => language === 'yaml');

describe('what a guide shows', () => {
  test.each(yaml.filter(({ code }) => /^app:/m.test(code)))(
    '$guide, block $index is a right fairway.yml',
    ({ code }) => {
      expect(resolveConfig(loadText(code, 'fairway.yml'), null).config.app).not.toBe('');
    },
  );

  const lines = all.flatMap(({ guide, language, code }) =>
    language === 'sh'
      ? code
          .split('\n')
          .filter((line) => line.startsWith('fairway '))
          .map((line) => ({ guide, line }))
      : [],
  );
  test.each(lines)('$guide: "$line" is a command', ({ line }) => {
    const words = line
      .replace(/\s+#.*$/, '')
      .split(/\s+/)
      .slice(1);
    expect(parseArguments(words).kind).toBe('run');
  });
});

describe('the workflows of the guides', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fairway-guides-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const workflows = yaml.filter(({ code }) => /^on:/m.test(code));

  test("are right for GitHub's own language service", async () => {
    expect(workflows.length).toBeGreaterThan(2);
    const files = workflows.map(({ code }, index) => {
      const path = join(folder, `workflow-${index}.yml`);
      writeFileSync(path, code);
      return path;
    });
    const program = join(root, 'test/harness/programs/language-service.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...files], { cwd: root });
    expect((JSON.parse(stdout) as { messages: readonly string[] }[]).flatMap(({ messages }) => messages)).toEqual([]);
  });

  test('give the Action no input that it does not have', () => {
    const known = inputs.map(({ name }) => `${name}:`);
    const steps = workflows
      .flatMap(({ code }) => code.split(/^ {6}- /m))
      .filter((step) => step.startsWith('uses: OWNER/fairway@'));
    expect(steps.length).toBeGreaterThan(2);
    for (const step of steps) {
      const given = [...(step.split(/^ {8}with:\n/m)[1] ?? '').matchAll(/^ {10}([\w-]+:)/gm)].map(([, name]) => name);
      expect(known).toEqual(expect.arrayContaining(given));
    }
  });
});
