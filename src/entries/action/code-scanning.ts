import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { GitHubPages } from '../../adapters/actions/github-pages.ts';
import { forUpload, longestSarif } from '../../domain/code-scanning/for-upload.ts';
import { sarifCommands } from '../../domain/trust/permissions.ts';
import type { Run } from '../cli/context.ts';
import { placeOf, prefixOf } from './place.ts';
import type { ActionInputs } from './read-inputs.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const wants = (run: Run, inputs: ActionInputs): boolean =>
  inputs.report.includes('code-scanning') && sarifCommands.includes(run.command.name);

/** A run whose findings go to code scanning writes them to a file, also when nobody asked for one. */
export function withSarif(run: Run, inputs: ActionInputs, env: Environment): Run {
  if (!wants(run, inputs) || run.flags['sarif'] !== undefined) return run;
  const file = join(env['RUNNER_TEMP'] || tmpdir(), `fairway-${run.command.name}-${process.pid}.sarif`);
  return { ...run, flags: { ...run.flags, sarif: file } };
}

/** Hand over what the command wrote; nothing was written when it ended before it had looked. */
export async function uploadSarif(
  run: Run,
  inputs: ActionInputs,
  { env, warn }: { readonly env: Environment; readonly warn: (text: string) => void },
  pages: GitHubPages,
): Promise<void> {
  const file = run.flags['sarif'];
  if (!wants(run, inputs) || typeof file !== 'string') return;
  const { directory } = placeOf(run, env);
  const sarif = await readFile(resolve(directory, file), 'utf8').catch(() => null);
  if (sarif === null) return;
  const { GITHUB_REF: ref = '', GITHUB_SHA: commit = '' } = env;
  if (!/^refs\/(heads|tags|pull)\/./.test(ref) || !/^[0-9a-f]{40}$/.test(commit)) {
    warn('code scanning has nothing of this run: GITHUB_REF and GITHUB_SHA name no branch and commit');
    return;
  }
  if (sarif.length > longestSarif) {
    warn(`code scanning has nothing of this run: ${sarif.length} characters of SARIF are more than it takes`);
    return;
  }
  const project = prefixOf(directory, env);
  // A scan looks at the whole commit, a migration lies where the project does.
  const prefix = run.command.name === 'scan' ? '' : project;
  await pages.uploadSarif({
    commit,
    ref,
    sarif: forUpload(sarif, { prefix, category: `fairway/${project}${run.command.name}` }),
  });
}
