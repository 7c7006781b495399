import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
