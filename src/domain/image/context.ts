import { count } from '../report/quantities.ts';

export interface ContextCount {
  readonly files: number;
  /** Top folders with the files below them, the fullest first. */
  readonly folders: readonly { readonly path: string; readonly files: number }[];
}

/** From so many files on it takes noticeable time to send them to the builder. */
export const manyFiles = 100_000;

/** A warning about what an image is made of; null when there is nothing to say. */
export function contextWarning({ files, folders }: ContextCount, limit = manyFiles): string | null {
  if (files < limit) return null;
  const named = folders.slice(0, 5).map((folder) => `${folder.path} (${count(folder.files, 'file')})`);
  return `${count(files, 'file')} are sent to the builder, most of them below ${named.join(', ')}: what the image does not need belongs into .dockerignore`;
}
