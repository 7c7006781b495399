/** One object of a schema: `column public.orders.total` with everything that defines it, as text. */
export interface SchemaObject {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
}

/** What a database holds, of a table: enough to tell whether anything in it changed, whatever its order. */
export interface TableContent {
  readonly table: string;
  readonly rows: number;
  /** Over the values of all rows, columns by name; two equal ones mean equal content. */
  readonly checksum: string;
}

export interface SequenceValue {
  readonly sequence: string;
  readonly lastValue: bigint;
  readonly isCalled: boolean;
}

/** A whole database, looked at once. */
export interface Snapshot {
  readonly schema: readonly SchemaObject[];
  readonly contents: readonly TableContent[];
  readonly sequences: readonly SequenceValue[];
}
