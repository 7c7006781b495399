import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';

/** Something in a document that has no plain value, and where it begins (in characters, from 0). */
export interface Complaint {
  readonly message: string;
  readonly offset: number;
}

/** Values after aliases are filled in, and levels: far above any honest file, far below harm. */
const maxValues = 20_000;
const maxDepth = 40;
const maxAliases = 200;

/** A document as maps, lists and scalars; keys given twice and aliases that never end are complaints. */
export function plainValue(document: Document): { readonly value: unknown; readonly complaints: readonly Complaint[] } {
  const complaints: Complaint[] = [];
  const complain = (node: Node, message: string): null => {
    complaints.push({ message, offset: node.range?.[0] ?? 0 });
    return null;
  };
  let values = 0;
  let aliases = 0;

  const fromMap = (map: YAMLMap, above: readonly Node[]): unknown => {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (entries.has(name)) complain(key, `the key "${name}" is given twice in the same map`);
      else if (name === '__proto__') complain(key, 'the key "__proto__" is not allowed');
      else if (name === '<<') complain(key, 'merge keys ("<<") are not read; repeat the values');
      else entries.set(name, toValue(value, [...above, map]));
    }
    return Object.fromEntries(entries);
  };

  const toValue = (node: unknown, above: readonly Node[]): unknown => {
    values += 1;
    if (values > maxValues || !isNode(node)) return null;
    if (above.length > maxDepth) return complain(node, `is nested deeper than ${maxDepth} levels`);
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > maxAliases) {
        return aliases === maxAliases + 1 ? complain(node, `more than ${maxAliases} aliases are not filled in`) : null;
      }
      const target = node.resolve(document);
      if (target === undefined) return complain(node, `there is no anchor &${node.source} before this`);
      return above.includes(target)
        ? complain(node, `*${node.source} contains itself`)
        : toValue(target, [...above, node]);
    }
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => toValue(item, [...above, node]));
    return isMap(node) ? fromMap(node, above) : null;
  };

  const value = toValue(document.contents, []);
  if (values <= maxValues) return { value, complaints };
  const limit = maxValues.toLocaleString('en-US');
  return {
    value: null,
    complaints: [{ message: `holds more than ${limit} values once its aliases are filled in`, offset: 0 }],
  };
}
