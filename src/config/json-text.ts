import type { Problem } from '../errors.ts';

/** What JSON itself says against a text, with its place; null when it is JSON. */
export function jsonProblem(text: string): Omit<Problem, 'path' | 'file'> | null {
  const source = text.replace(/^\uFEFF/, '');
  const complaint = complaintOf(source);
  if (complaint === null) return null;
  const before = source.slice(0, offsetOf(complaint, source)).split('\n');
  return {
    message: `is not JSON: ${complaint.replace(/,? (?:(?:"|\.\.\.).* is not valid JSON|in JSON at position.*)$/s, '')}`,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  };
}

function complaintOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** The runtime names a position, or a token without one: then that is where the shortest bad beginning ends. */
function offsetOf(complaint: string, text: string): number {
  const position = /at position (\d+)/.exec(complaint)?.[1];
  if (position !== undefined) return Number(position);
  if (!complaint.startsWith('Unexpected token')) return text.length;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (complaintOf(text.slice(0, middle))?.startsWith('Unexpected token') === true) bad = middle;
    else good = middle;
  }
  return good;
}
