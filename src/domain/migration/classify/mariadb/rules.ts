import type { Finding, Phase } from '../words.ts';
import type { Asked } from './read.ts';
import type { MariadbRule, Seen } from './rule.ts';
import { locks } from './rules/locks.ts';
import { losses } from './rules/losses.ts';
import { promisesKept } from './rules/promises.ts';

const all = [...losses, ...locks, ...promisesKept];

/** In the order in which they may give the reason. */
const order = [
  'drops-what-is-used',
  'empties-table',
  'drops-partition',
  'renames-what-is-used',
  'required-column',
  'blocks-writers',
  'whole-table-write',
];

const place = ({ id }: MariadbRule): number => (order.includes(id) ? order.indexOf(id) : order.length);

/** The registry of rules for MariaDB. */
export const mariadbRules: readonly MariadbRule[] = all.toSorted((a, b) => place(a) - place(b));

export function mariadbRuleNamed(id: string): MariadbRule | null {
  return mariadbRules.find((rule) => rule.id === id) ?? null;
}

export function mariadbFindings(asked: Asked, seen: Seen, phase: Phase): readonly Finding[] {
  return mariadbRules.flatMap((rule): Finding[] => {
    if (phase === 'contract' && rule.aboutOldRelease === true) return [];
    const verdict = rule.judge(asked, seen);
    return verdict === null ? [] : [{ rule: rule.id, ...verdict }];
  });
}
