import type { Script } from './script.ts';

/** dbmate keeps both directions in one file, each below a comment of its own. */
const section = /^--\s*migrate:(up|down)\b(.*)$/gm;
const noTransaction = /^--\s*fairway:\s*no-transaction\s*$/m;

/** The script of a file, or both scripts where the file has sections. */
export function scriptsOf(path: string, text: string): { readonly up: Script; readonly down: Script | null } {
  const marks = Array.from(text.matchAll(section));
  if (!marks.some(([, direction]) => direction === 'up')) {
    return { up: { path, text, firstLine: 1, noTransaction: noTransaction.test(text) }, down: null };
  }
  const cut = (wanted: string): Script | null => {
    const index = marks.findIndex(([, direction]) => direction === wanted);
    const mark = marks[index];
    if (mark === undefined) return null;
    const body = text.slice(mark.index, marks[index + 1]?.index ?? text.length);
    const firstLine = text.slice(0, mark.index).split('\n').length;
    return { path, text: body, firstLine, noTransaction: /transaction:\s*false/.test(mark[2] ?? '') };
  };
  const up = cut('up') ?? { path, text: '', firstLine: 1, noTransaction: false };
  return { up, down: cut('down') };
}
