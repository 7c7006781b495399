import { isPlainMap, type PlainMap } from './path.ts';

/**
 * Lay the values of an environment over those of the file.
 *
 * Maps are merged key by key, everything else is replaced, lists as a whole. An empty value (`null`) takes a
 * whole section away. Maps whose `type` differs are replaced: they are different plug-ins.
 */
export function overlay(base: PlainMap, over: PlainMap): PlainMap {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    if (value === null && isPlainMap(below)) merged.delete(key);
    else if (isPlainMap(value) && isPlainMap(below) && isSameKind(below, value)) merged.set(key, overlay(below, value));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function isSameKind(below: PlainMap, above: PlainMap): boolean {
  return above['type'] === undefined || below['type'] === undefined || above['type'] === below['type'];
}
