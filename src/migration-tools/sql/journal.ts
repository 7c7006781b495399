import type { Migration, Progress } from '../../domain/migration/migration.ts';

/** The table of applied versions of one database, as a session sees it. */
export interface Journal {
  create(): Promise<void>;
  record(migration: Migration, durationMs: number, runId: string): Promise<void>;
  begin(migration: Migration, runId: string): Promise<void>;
  progress(version: string, progress: Progress): Promise<void>;
  finish(migration: Migration, durationMs: number): Promise<void>;
  forget(version: string): Promise<void>;
}
