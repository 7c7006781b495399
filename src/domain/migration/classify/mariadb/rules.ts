import { listed } from '../rule.ts';
import type { Finding, Phase } from '../words.ts';
import type { MariadbObservation } from './observation.ts';
import type { Asked } from './read.ts';

type Seen = Extract<MariadbObservation, { kind: 'observed' }>;

interface MariadbRule {
  readonly id: string;
  readonly aboutOldRelease?: true;
  readonly judge: (asked: Asked, seen: Seen) => { readonly class: Finding['class']; readonly reason: string } | null;
}

const lossy = ['table', 'column', 'view', 'sequence'];

/** In the order in which they may give the reason. */
const rules: readonly MariadbRule[] = [
  {
    id: 'drops-what-is-used',
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const lost = changes.flatMap((one) =>
        one.kind === 'dropped' && lossy.includes(one.object) ? [`${one.object} ${one.name}`] : [],
      );
      return lost.length === 0 ? null : { class: 'dangerous', reason: `Drops ${listed(lost)}.` };
    },
  },
  {
    id: 'empties-table',
    judge: (asked) =>
      asked.does === 'truncate' ? { class: 'dangerous', reason: `Removes all rows of ${asked.table}.` } : null,
  },
  {
    id: 'drops-partition',
    judge: (asked) =>
      asked.does === 'alter' &&
      asked.commands.some(({ words }) => ['DROP', 'TRUNCATE'].includes(words[0] ?? '') && words[1] === 'PARTITION')
        ? { class: 'dangerous', reason: `Removes the rows of a partition of ${asked.table}.` }
        : null,
  },
  {
    id: 'renames-what-is-used',
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const renamed = changes.flatMap((one) =>
        one.kind === 'renamed' ? [`${one.object} ${one.from} to ${one.to}`] : [],
      );
      return renamed.length === 0 ? null : { class: 'dangerous', reason: `Renames ${listed(renamed)}.` };
    },
  },
  {
    id: 'required-column',
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const columns = changes.flatMap((one) => (one.kind === 'required-column-added' ? [one.column] : []));
      if (columns.length === 0) return null;
      return {
        class: 'dangerous',
        reason: `${listed(columns)} must be filled in strict mode, and the running release does not know it.`,
      };
    },
  },
  {
    id: 'blocks-writers',
    judge(asked, seen) {
      const isInstant = asked.does === 'rename-table' || (seen.algorithm === 'INSTANT' && !seen.rebuilt);
      if (seen.lock === null || seen.lock === 'NONE' || isInstant) return null;
      return {
        class: 'dangerous',
        reason: `MariaDB accepts nothing kinder than ALGORITHM=${seen.algorithm}, LOCK=${seen.lock}: nobody can write to ${seen.table} until it is done.`,
      };
    },
  },
  {
    id: 'whole-table-write',
    judge(asked, { scanned }) {
      if (asked.does !== 'write' || asked.verb === 'insert' || scanned.length === 0) return null;
      return {
        class: 'dangerous',
        reason: `Reads all of ${listed(scanned)} and locks every row that it meets until the commit.`,
      };
    },
  },
  {
    id: 'rebuilds-table',
    judge(_asked, { algorithm, lock, table, rebuilt }) {
      const isOnline = (algorithm === 'INPLACE' || algorithm === 'COPY') && lock === 'NONE';
      if (!isOnline && !(rebuilt && algorithm === null)) return null;
      return {
        class: 'review',
        reason: `Writes every row of ${table} again (${algorithm ?? 'a rebuild'}); others go on, replicas and disk feel it.`,
      };
    },
  },
  {
    id: 'builds-index',
    judge: (_asked, { algorithm, lock, table }) =>
      algorithm === 'NOCOPY' && lock === 'NONE'
        ? {
            class: 'review',
            reason: `Works through every row of ${table} while others go on; writes that arrive meanwhile are kept in a log of limited size.`,
          }
        : null,
  },
  {
    id: 'unchecked-foreign-key',
    judge(asked, { algorithm }) {
      // With the checks on, MariaDB copies the table; whatever is kinder did not look at the rows.
      if (asked.does !== 'alter' || algorithm === null || algorithm === 'COPY') return null;
      const adds = asked.commands.some(({ words }) => words[0] === 'ADD' && words.includes('FOREIGN'));
      return adds
        ? {
            class: 'review',
            reason: `The foreign key of ${asked.table} is added without looking at the rows that are there.`,
          }
        : null;
    },
  },
  {
    id: 'drops-safeguard',
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const lost = changes.flatMap((one) =>
        one.kind === 'dropped' && ['constraint', 'default', 'trigger', 'function'].includes(one.object)
          ? [`${one.object} ${one.name}`]
          : [],
      );
      return lost.length === 0 ? null : { class: 'review', reason: `Drops ${listed(lost)}.` };
    },
  },
  {
    id: 'type-change',
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const changed = changes.flatMap((one) =>
        one.kind === 'type-changed' && !one.sameFamily ? [`${one.column} from ${one.from} to ${one.to}`] : [],
      );
      return changed.length === 0
        ? null
        : { class: 'review', reason: `Changes ${listed(changed)}; the running release reads another type.` };
    },
  },
  {
    id: 'drops-not-null',
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const columns = changes.flatMap((one) => (one.kind === 'nullable-made' ? [one.column] : []));
      return columns.length === 0
        ? null
        : { class: 'review', reason: `${listed(columns)} may become NULL; the running release never met one.` };
    },
  },
];

export function mariadbFindings(asked: Asked, seen: Seen, phase: Phase): readonly Finding[] {
  return rules.flatMap((rule): Finding[] => {
    if (phase === 'contract' && rule.aboutOldRelease === true) return [];
    const verdict = rule.judge(asked, seen);
    return verdict === null ? [] : [{ rule: rule.id, ...verdict }];
  });
}
