import type { SchemaObject, SequenceValue, Snapshot } from '../domain/migration/fidelity/snapshot.ts';
import type { SqlConnection } from '../ports.ts';

/** Looks at a whole database of one engine; `except` is the table of applied versions, which is ours. */
export interface Inspector {
  schema(connection: SqlConnection, except: string): Promise<readonly SchemaObject[]>;
  /** Things left half done that somebody should look at, one sentence each: invalid indexes, unvalidated constraints. */
  remarks(connection: SqlConnection): Promise<readonly string[]>;
  snapshot(connection: SqlConnection, except: string): Promise<Snapshot>;
  /** Put sequences back: also a transaction that is rolled back draws numbers from them. */
  setSequences(connection: SqlConnection, values: readonly SequenceValue[]): Promise<void>;
  /** Copy the rows of every table of one database into an equal one, and the state of its sequences. */
  copyContents(from: SqlConnection, to: SqlConnection, except: string): Promise<void>;
}
