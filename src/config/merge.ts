import { isPlainMap, type PlainMap } from './path.ts';

/**
 * Lay the values of an environment over those of the file.
 *
 * Maps are merged key by key, everything else is replaced, lists as a whole. An empty value (`null`) takes
 * away what the file says. Maps whose `type` differs are replaced: they are different plug-ins.
 */
export function overlay(base: PlainMap, over: PlainMap): PlainMap {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    if (value === null) merged.delete(key);
    else if (isPlainMap(value))
      merged.set(key, overlay(isPlainMap(below) && isSameKind(below, value) ? below : {}, value));
    else merged.set(key, value);
  }
  return Object.fromEntries([...merged].filter(([, value]) => value !== null));
}

function isSameKind(below: PlainMap, above: PlainMap): boolean {
  return above['type'] === undefined || below['type'] === undefined || above['type'] === below['type'];
}
