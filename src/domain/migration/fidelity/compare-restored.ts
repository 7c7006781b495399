import { compareSchemas, type Difference } from './compare-snapshots.ts';
import type { Snapshot } from './snapshot.ts';

export interface RestoredComparison {
  readonly differences: readonly Difference[];
  /** Written to while the backup was taken, so that nobody can say what they should hold. */
  readonly notCompared: readonly string[];
}

/**
 * Compare a restored backup with its source as it was right before and right after the backup was taken: what did not
 * change between the two must be there to the last row.
 */
export function compareRestored(before: Snapshot, after: Snapshot, restored: Snapshot): RestoredComparison {
  const isStill = (table: string): boolean => {
    const one = before.contents.find((content) => content.table === table);
    const other = after.contents.find((content) => content.table === table);
    return one !== undefined && other !== undefined && one.rows === other.rows && one.checksum === other.checksum;
  };
  const contents = after.contents
    .filter(({ table }) => isStill(table))
    .flatMap((source): Difference[] => {
      const found = restored.contents.find(({ table }) => table === source.table);
      if (found !== undefined && found.rows === source.rows && found.checksum === source.checksum) return [];
      const object = `table ${source.table}`;
      const has = found === undefined ? 'is not in it' : `has ${found.rows} rows in it`;
      const text = `${object} holds ${source.rows} rows and ${has}${found?.rows === source.rows ? ', with other values' : ''}`;
      return [
        {
          kind: 'rows',
          severity: 'broken',
          object,
          before: `${source.rows} rows`,
          after: found === undefined ? null : `${found.rows} rows`,
          text,
        },
      ];
    });
  const schema =
    compareSchemas(before.schema, after.schema).length === 0 ? compareSchemas(after.schema, restored.schema) : [];
  return {
    differences: [...schema, ...contents],
    notCompared: after.contents.map(({ table }) => table).filter((table) => !isStill(table)),
  };
}
