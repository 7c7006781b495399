/** What the catalogs say of a column that is to be replaced by another one. */
export interface ColumnFacts {
  /** As SQL writes it: `integer`, `character varying(40)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly comment: string | null;
  readonly isIdentity: boolean;
  readonly isGenerated: boolean;
  /** Foreign keys of other tables that point to it. */
  readonly referencedBy: readonly string[];
  /** Of the table: the one column of its primary key, quoted. */
  readonly key: string | null;
  readonly indexes: readonly { readonly name: string; readonly definition: string }[];
  readonly constraints: readonly {
    readonly name: string;
    readonly type: 'check' | 'foreign-key' | 'unique' | 'primary-key' | 'exclude' | 'other';
    readonly definition: string;
    /** Of the index behind a unique constraint. */
    readonly indexDefinition: string | null;
  }[];
}

export interface PlannedFile {
  readonly name: string;
  readonly text: string;
}

/** The steps, or the first reason why there are none. */
export type ExpandContractPlan =
  | { readonly kind: 'planned'; readonly files: readonly PlannedFile[] }
  | { readonly kind: 'impossible'; readonly line: number; readonly sql: string; readonly why: string };

/** What one statement becomes: before the rollout, and after the bake. */
export type Steps =
  | {
      readonly kind: 'steps';
      readonly expand: readonly string[];
      readonly contract: readonly string[];
      readonly notes: readonly string[];
    }
  | { readonly kind: 'impossible'; readonly why: string };

export const impossible = (why: string): Steps => ({ kind: 'impossible', why });
