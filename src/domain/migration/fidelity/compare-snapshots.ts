import type { SchemaObject, SequenceValue, Snapshot, TableContent } from './snapshot.ts';

/** Something that is not as it was. `benign` is told, and breaks nothing. */
export interface Difference {
  readonly kind: 'missing' | 'added' | 'changed' | 'rows' | 'sequence';
  readonly severity: 'broken' | 'benign';
  /** `index public.orders_customer`, `table public.orders`. */
  readonly object: string;
  readonly before: string | null;
  readonly after: string | null;
  /** One sentence for people. */
  readonly text: string;
}

/** What differs in the schema alone. */
export function compareSchemas(before: readonly SchemaObject[], after: readonly SchemaObject[]): readonly Difference[] {
  const key = ({ kind, name }: SchemaObject): string => `${kind} ${name}`;
  const old = new Map(before.map((object) => [key(object), object.definition]));
  const now = new Map(after.map((object) => [key(object), object.definition]));
  const gone = [...old].flatMap(([object, definition]): Difference[] => {
    const other = now.get(object);
    if (other === definition) return [];
    if (other === undefined)
      return [{ kind: 'missing', ...broken(object, definition, null), text: `${object} is missing: ${definition}` }];
    return [
      {
        kind: 'changed',
        ...broken(object, definition, other),
        text: `${object} was "${definition}" and is "${other}"`,
      },
    ];
  });
  const added = [...now].flatMap(([object, definition]): Difference[] =>
    old.has(object)
      ? []
      : [{ kind: 'added', ...broken(object, null, definition), text: `${object} is left over: ${definition}` }],
  );
  return [...gone, ...added];
}

/**
 * What differs in schema and data. A sequence that only went on is benign: numbers are lost in every transaction that
 * is rolled back, too.
 */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly Difference[] {
  return [
    ...compareSchemas(before.schema, after.schema),
    ...compareContents(before.contents, after.contents),
    ...compareSequences(before.sequences, after.sequences),
  ];
}

function broken(object: string, before: string | null, after: string | null) {
  return { severity: 'broken' as const, object, before, after };
}

function compareContents(before: readonly TableContent[], after: readonly TableContent[]): readonly Difference[] {
  return before.flatMap((old): Difference[] => {
    const now = after.find(({ table }) => table === old.table);
    if (now === undefined || (now.rows === old.rows && now.checksum === old.checksum)) return [];
    const object = `table ${old.table}`;
    const text =
      now.rows === old.rows
        ? `${object}: its ${old.rows} rows do not hold what they held`
        : `${object} had ${old.rows} rows and has ${now.rows}`;
    return [{ kind: 'rows', ...broken(object, `${old.rows} rows`, `${now.rows} rows`), text }];
  });
}

function compareSequences(before: readonly SequenceValue[], after: readonly SequenceValue[]): readonly Difference[] {
  return before.flatMap((old): Difference[] => {
    const now = after.find(({ sequence }) => sequence === old.sequence);
    if (now === undefined || (now.lastValue === old.lastValue && now.isCalled === old.isCalled)) return [];
    const object = `sequence ${old.sequence}`;
    const wentOn = position(now) > position(old);
    const [was, is] = [String(old.lastValue), String(now.lastValue)];
    const text = wentOn ? `${object} went on from ${was} to ${is}` : `${object} was at ${was} and goes back to ${is}`;
    return [{ kind: 'sequence', ...broken(object, was, is), severity: wentOn ? 'benign' : 'broken', text }];
  });
}

/** What the next call gives, for steps of one. */
function position({ lastValue, isCalled }: SequenceValue): bigint {
  return isCalled ? lastValue + 1n : lastValue;
}
