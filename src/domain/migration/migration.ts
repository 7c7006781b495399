import type { Script } from './script.ts';

/** One migration of the tree. */
export interface Migration {
  /** As the file writes it: `0002`. */
  readonly version: string;
  readonly name: string;
  /** Of the up script; see `checksumOf`. */
  readonly checksum: string;
  readonly up: Script;
  readonly down: Script | null;
}

/** One migration that a database has, as its table of applied versions says. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: string;
  readonly durationMs: number;
  /** Set when a script that runs statement by statement has not reached its end. */
  readonly unfinished: Progress | null;
}

/** How far a script came that runs statement by statement. */
export interface Progress {
  readonly statementsDone: number;
  /** Checksum over the texts of those statements: they must not change any more. */
  readonly doneChecksum: string;
  /** The next one was begun, and nobody knows whether it took effect. */
  readonly inDoubt: boolean;
  /** The schema before it, as a checksum, where that is how one finds out. */
  readonly schemaBefore?: string;
}

/** Something about the migrations that a person has to look at; an `error` stops everything. */
export interface MigrationProblem {
  readonly severity: 'error' | 'warning';
  readonly code:
    | 'MIGRATION_NAME'
    | 'MIGRATION_UNREADABLE'
    | 'MIGRATION_DUPLICATE'
    | 'MIGRATION_GAP'
    | 'MIGRATION_EMPTY'
    | 'MIGRATION_DOWN_ALONE'
    | 'MIGRATION_EDITED'
    | 'MIGRATION_MISSING'
    | 'MIGRATION_OUT_OF_ORDER'
    | 'MIGRATION_HEADS'
    | 'MIGRATION_PARENT';
  readonly path: string;
  readonly line?: number;
  readonly message: string;
  readonly hint: string;
}

/** What the tree holds, in the order in which it is applied. */
export interface MigrationSet {
  readonly migrations: readonly Migration[];
  readonly problems: readonly MigrationProblem[];
  /** Top of the tree on disk that they lie in, for tools that run a program there. */
  readonly tree?: string;
}

export interface MigrationFile {
  /** As it is shown to people, and unique. */
  readonly path: string;
  /** What stands for the name of the file where the folder has it. */
  readonly named?: string;
  readonly text: string;
}

/** `0002_orders`: how a migration is called wherever it is named. */
export function labelOf(migration: { readonly version: string; readonly name: string }): string {
  return migration.name === '' ? migration.version : `${migration.version}_${migration.name}`;
}
