import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { githubWorkflow } from '../../../src/domain/init/workflows.ts';

export const root = join(import.meta.dirname, '../../..');

const folder = join(root, '.github/workflows');

/** Our own workflows, what `fairway init --ci github` writes, and the one that the examples show, by name. */
export const workflows: ReadonlyMap<string, string> = new Map([
  ...readdirSync(folder)
    .toSorted()
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
  [
    'written-by-init.yml',
    githubWorkflow({ action: `owner/fairway@${'0123456789'.repeat(4)} # v1.0.0`, branch: 'main' }).text,
  ],
  ['example-dagger.yml', readFileSync(join(root, 'examples/dagger/github-actions.yml'), 'utf8')],
]);

const guides = join(root, 'docs/guides');

/** Workflows that the guides and README show, by name. */
export const examples: ReadonlyMap<string, string> = new Map(
  [...readdirSync(guides).map((name) => join(guides, name)), join(root, 'README.md')]
    .filter((path) => path.endsWith('.md'))
    .toSorted()
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/^( *)```yaml\n([\s\S]*?)\n\1```$/gm)]
        .map(([, indent = '', code = '']) =>
          code
            .split('\n')
            .map((line) => line.slice(indent.length))
            .join('\n'),
        )
        .filter((code) => /^on:/m.test(code) && /^jobs:/m.test(code))
        .map((code, index) => [`example-${basename(path, '.md')}-${index + 1}.yml`, `${code}\n`] as const),
    ),
);
