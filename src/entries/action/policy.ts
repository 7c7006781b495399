import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { WorkflowEvent } from '../../domain/trust/event.ts';
import { FairwayError } from '../../errors.ts';
import type { Run } from '../cli/context.ts';
import { placeOf } from './place.ts';

/**
 * The configuration of the base branch, for a run that a pull request started: its policy goes before the change's
 * own, and what the change says otherwise is told. Null for other events, and where nothing can be compared.
 */
export async function basePolicy(
  event: WorkflowEvent,
  run: Run,
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): Promise<string | null> {
  if (!event.name.startsWith('pull_request')) return null;
  const base = event.pullRequest?.baseSha ?? '';
  const { configurationText, judgedBy } = await import('../cli/configuration.ts');
  const { openRepository } = await import('../../adapters/git/repository.ts');
  const place = placeOf(run, env);
  try {
    const { file, value } = await configurationText(place);
    const repository = await openRepository(place.directory, env);
    const known = /^[0-9a-f]{40,64}$/.test(base) ? await repository.resolve(`${base}^{commit}`) : null;
    if (known === null) {
      warn(
        'the base of this pull request is not in the clone (fetch-depth: 0 brings it), so deploy, rehearsal and scan are judged as the change says',
      );
      return null;
    }
    const path = relative(repository.top, await realpath(file))
      .split(sep)
      .join('/');
    const text = await repository.readFile(known, path);
    if (text === null) return null;
    const { changed } = judgedBy(text, value);
    if (changed.length > 0) {
      warn(
        `this change touches ${changed.join(', ')} of ${relative(place.directory, file)}: it is judged as the base branch says`,
      );
    }
    return text;
  } catch (error) {
    // What is wrong with the file or the repository, the command itself will say.
    if (error instanceof FairwayError) return null;
    throw error;
  }
}
