import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fileJsonSchema } from '../src/config/describe.ts';
import { commitRulesPage } from '../src/domain/commits/rules-page.ts';
import { actionManifest } from '../src/entries/action/describe.ts';
import { actionPage } from './reference/action.ts';
import { commandsPage, exitCodesPage } from './reference/commands.ts';
import { finalDocumentSchema } from '../src/entries/cli/document-schema.ts';
import { configPage } from './reference/config.ts';
import { resultsPage } from './reference/results.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every committed file that follows from a source, by its path from the top; `dist` is `scripts/build.ts`'s. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['fairway.schema.json', `${JSON.stringify(fileJsonSchema(), null, 2)}\n`],
    ['docs/reference/commit-rules.md', commitRulesPage()],
    ['action.yml', actionManifest()],
    ['docs/reference/action.md', actionPage()],
    ['docs/reference/commands.md', commandsPage()],
    ['docs/reference/config.md', configPage()],
    ['docs/reference/exit-codes.md', exitCodesPage()],
    ['docs/reference/results.md', resultsPage()],
    ['docs/reference/results.schema.json', `${JSON.stringify(finalDocumentSchema(), null, 2)}\n`],
  ]);
}

/** Those that are not what they would be now. */
export async function staleFiles(): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [path, content] of generatedFiles()) {
    const committed = await readFile(join(root, path), 'utf8').catch(() => null);
    if (committed !== content) stale.push(path);
  }
  return stale;
}

if (import.meta.main) {
  const stale = await staleFiles();
  if (process.argv.includes('--check')) {
    for (const path of stale) process.stderr.write(`${path} is stale: run "npm run generate" and commit it.\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const path of stale) await writeFile(join(root, path), generatedFiles().get(path) ?? '');
    process.stdout.write(stale.length === 0 ? 'Everything is up to date.\n' : `Written: ${stale.join(', ')}\n`);
  }
}
