import { isPlainMap, type PlainMap, valueAt } from './path.ts';

/** Sections that decide how strictly a change is judged: a pull request may not ease its own judgement. */
export const policySections = ['deploy', 'rehearsal', 'scan'] as const;

export interface Judged {
  readonly value: PlainMap;
  /** Dotted paths of what the change says otherwise, and what is not taken from it. */
  readonly changed: readonly string[];
}

/** The configuration of a change with the policy of the branch that it is to be merged into. */
export function withPolicyOf(base: PlainMap, head: PlainMap): Judged {
  const changed: string[] = [];
  const judged = (from: PlainMap, own: PlainMap, path: string): PlainMap => {
    const kept = new Map(Object.entries(own));
    for (const section of policySections) {
      if (JSON.stringify(from[section]) === JSON.stringify(own[section])) continue;
      changed.push(`${path}${section}`);
      if (from[section] === undefined) kept.delete(section);
      else kept.set(section, from[section]);
    }
    return Object.fromEntries(kept);
  };
  const value = judged(base, head, '');
  const environments = value['environments'];
  if (!isPlainMap(environments)) return { value, changed };
  const overlays = Object.entries(environments).map(([name, over]) => {
    const before = valueAt(base, ['environments', name]);
    // An environment that is new, or that is nothing but its name, has no policy of its own to keep. Waivers are not
    // of an environment: a new one may not bring any.
    if (!isPlainMap(over)) return [name, over] as const;
    if (before === undefined) {
      const { scan, ...rest } = over;
      if (scan !== undefined) changed.push(`environments.${name}.scan`);
      return [name, rest] as const;
    }
    return [name, judged(isPlainMap(before) ? before : {}, over, `environments.${name}.`)] as const;
  });
  return { value: { ...value, environments: Object.fromEntries(overlays) }, changed };
}
