import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Path } from './path.ts';

/** Line and column, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Places {
  /** Where a key, or an entry of a list, stands; null when it does not. */
  keyPlace(path: Path): Place | null;
  /** Where its value begins; its key when it has none. */
  valuePlace(path: Path): Place | null;
}

export function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Where the things of a document stand. */
export function placesOf(document: Document, lines: LineCounter): Places {
  const locate = (path: Path): { readonly key: Node | null; readonly value: unknown } | null => {
    let key: Node | null = null;
    let current: unknown = document.contents;
    for (const part of path) {
      if (isAlias(current)) current = current.resolve(document);
      if (isMap(current)) {
        const pair = current.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
        if (pair === undefined || !isNode(pair.key)) return null;
        key = pair.key;
        current = pair.value;
      } else if (isSeq(current) && typeof part === 'number' && part < current.items.length) {
        current = current.items[part];
        key = isNode(current) ? current : null;
      } else return null;
    }
    return { key, value: current };
  };
  const placeOf = (node: unknown): Place | null => (isNode(node) && node.range ? placeAt(lines, node.range[0]) : null);
  return {
    keyPlace: (path) => placeOf(locate(path)?.key),
    valuePlace: (path) => {
      const found = locate(path);
      return placeOf(found?.value) ?? placeOf(found?.key);
    },
  };
}
