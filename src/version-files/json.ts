import type { Place } from './version-file.ts';

/**
 * Where the string at a path of keys stands in JSON text (comments allowed), without its quotes.
 *
 * Null when there is none. The text is never parsed and written again: only its position is found.
 */
export function stringAt(text: string, path: readonly string[]): Place | null {
  let at = 0;
  const blank = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\uFEFF)*/y;
  const scalar = /[^\s,\]}]+/y;
  const string = /"(?:[^"\\]|\\.)*"/y;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return '';
    at = pattern.lastIndex;
    return match[0];
  };
  /** Walk one value; answers the place when it is the one that `depth` keys lead to. */
  const value = (depth: number | null): Place | null => {
    skip(blank);
    const c = text[at];
    if (c === '"') {
      const from = at + 1;
      const whole = skip(string);
      return whole !== '' && depth === path.length ? { from, to: at - 1 } : null;
    }
    if (c === '{' || c === '[') return container(c, depth);
    if (skip(scalar) === '') at += 1;
    return null;
  };
  const container = (open: '{' | '[', depth: number | null): Place | null => {
    let found: Place | null = null;
    at += 1;
    for (skip(blank); at < text.length && text[at] !== '}' && text[at] !== ']'; skip(blank)) {
      let inner: number | null = null;
      if (open === '{') {
        const key = skip(string);
        if (key === '') return found;
        skip(blank);
        at += 1;
        inner = depth !== null && key === JSON.stringify(path[depth]) ? depth + 1 : null;
      }
      found = value(inner) ?? found;
      skip(blank);
      if (text[at] === ',') at += 1;
    }
    at += 1;
    return found;
  };
  return value(0);
}
