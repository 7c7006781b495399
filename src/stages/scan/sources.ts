import { isSource } from '../../domain/scan/locate.ts';
import { FairwayError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import type { Sources } from './input.ts';

const mostFiles = 100;

/** The lockfiles and Dockerfiles of a commit below the folder of the configuration. */
export async function sourcesOf(
  commit: string,
  build: { readonly output: string; readonly dockerfile: string },
  repository: Pick<Repository, 'prefix' | 'listFiles' | 'readFile'>,
): Promise<Sources> {
  const root = build.output === '.' ? '' : build.output;
  const dockerfile = root === '' ? build.dockerfile : `${root}/${build.dockerfile}`;
  const below = repository.prefix === '' ? '' : `${repository.prefix}/`;
  const paths = (await repository.listFiles(commit))
    .filter((path) => path.startsWith(below) && isSource(path.slice(below.length), dockerfile))
    .slice(0, mostFiles);
  const files: { readonly path: string; readonly text: string }[] = [];
  for (const path of paths) {
    const text = await repository.readFile(commit, path).catch(unlessNotText);
    if (text !== null) files.push({ path: path.slice(below.length), text });
  }
  return { files, dockerfile, prefix: repository.prefix, root };
}

function unlessNotText(error: unknown): null {
  if (error instanceof FairwayError && error.code === 'FILE_NOT_TEXT') return null;
  throw error;
}
