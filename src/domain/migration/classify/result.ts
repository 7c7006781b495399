import type { Class, Engine } from './words.ts';

/** One statement of a migration, classified; the same form for every engine and mode. */
export interface StatementResult {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly sql: string;
  readonly class: Class;
  /** The strongest lock on anything that stood before; null when there was none, or nobody looked. */
  readonly lock: string | null;
  /** Of MariaDB: the cheapest algorithm that the server accepted. */
  readonly algorithm: string | null;
  readonly relations: readonly string[];
  /** What a second connection could not do meanwhile. */
  readonly blocks: readonly string[];
  /** Null: nobody looked (static mode, or it could not run). */
  readonly scan: boolean | null;
  readonly rewrite: boolean | null;
  readonly drops: readonly string[];
  readonly rows: number | null;
  readonly ms: number | null;
  readonly predictedMs: number | null;
  readonly rules: readonly string[];
  readonly reason: string;
  /** SQL that does the same without harm; with MariaDB, the statement with what the server promised. */
  readonly safer: string | null;
}

export interface Classification {
  readonly engine: Engine;
  /** `static`: from the text alone; nothing was executed. */
  readonly mode: 'observed' | 'static';
  /** Version of the server that was watched. */
  readonly server: string | null;
  readonly class: Class;
  readonly statements: readonly StatementResult[];
}
