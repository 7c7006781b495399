import type { Problem } from '../errors.ts';

/** What JSON itself says against a text, with its place; null when it is JSON. */
export function jsonProblem(text: string): Omit<Problem, 'path' | 'file'> | null {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return null;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const place = /\(line (\d+) column (\d+)\)/.exec(message);
    const lines = text.split('\n');
    return {
      message: `is not JSON: ${message.replace(/,? (?:(?:"|\.\.\.).* is not valid JSON|in JSON at position.*)$/s, '')}`,
      line: place === null ? lines.length : Number(place[1]),
      column: place === null ? (lines.at(-1)?.length ?? 0) + 1 : Number(place[2]),
    };
  }
}
