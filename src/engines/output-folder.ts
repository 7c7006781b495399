import { GateFailed } from '../errors.ts';
import type { Files } from '../ports.ts';

/** Every folder on the way is a real one: a link could lead anywhere. */
export async function outputFolder(tree: string, output: string, files: Files): Promise<string> {
  let folder = tree;
  for (const part of output.split('/').filter((name) => name !== '' && name !== '.')) {
    folder += `/${part}`;
    const kind = part === '..' ? 'path out of the tree' : (await files.stat(folder))?.kind;
    if (kind !== 'directory') throw outputMissing(output, kind ?? null, await files.list(tree));
  }
  return folder;
}

function outputMissing(output: string, kind: string | null, names: readonly string[]): GateFailed {
  const what = kind === null ? 'the build left no such folder' : `it is a ${kind}, not a folder`;
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ', ...' : '');
  return new GateFailed('BUILD_OUTPUT_MISSING', `build.output names "${output}", but ${what}`, {
    hint: `correct build.output; after the build there is: ${shown}`,
  });
}
