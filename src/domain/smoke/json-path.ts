export type JsonPath = readonly (string | number)[];

/**
 * Read a path into a JSON document: `$.items[0].name`, `items[0]['first name']`; `$` is the whole document.
 *
 * Names and indexes only: no wildcards, slices or filters. Answers null when the text is not such a path.
 */
export function parseJsonPath(text: string): JsonPath | null {
  const path: (string | number)[] = [];
  let rest = text.startsWith('$') ? text.slice(1) : `.${text}`;
  while (rest !== '') {
    const step = /^\.([\p{L}_][\p{L}\p{N}_-]*)|^\[(\d{1,9})\]|^\['([^']*)'\]|^\["([^"]*)"\]/u.exec(rest);
    if (step === null) return null;
    const [whole, name, index, single, double] = step;
    path.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  return path;
}

export type Found = { readonly found: true; readonly value: unknown } | { readonly found: false };

export function lookUp(document: unknown, path: JsonPath): Found {
  let value = document;
  for (const step of path) {
    const holds = typeof step === 'number' ? Array.isArray(value) && step < value.length : isObject(value);
    if (!holds || !Object.hasOwn(value as object, step)) return { found: false };
    value = (value as Record<string | number, unknown>)[step];
  }
  return { found: true, value };
}

/** Equal as JSON: the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
