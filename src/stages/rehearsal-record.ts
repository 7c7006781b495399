import { migrationsChecksum, schemaChecksum, whyStale } from '../domain/migration/evidence.ts';
import type { SchemaObject } from '../domain/migration/fidelity/snapshot.ts';
import type { MigrationSet } from '../domain/migration/migration.ts';
import type { Scope } from '../domain/rollout/messages.ts';
import type { Files } from '../ports.ts';
import type { RehearsalResult } from './rehearse/input.ts';
import type { WatchedStatement } from './rehearse/watched.ts';

/** What is to be deployed now; a rehearsal of exactly this still holds. */
export interface Now {
  readonly oldArtifact: string | null;
  readonly newArtifact: string;
  readonly set: MigrationSet | null;
  /** Null when the target has no database yet. */
  readonly targetSchema: readonly SchemaObject[] | null;
  /** Versions of the contract steps that have to wait. */
  readonly waiting: readonly string[];
}

const place = (stateDirectory: string, { app, environment }: Scope): string =>
  `${stateDirectory}/rehearsals/${app}-${environment}.json`;

/** Keep the last rehearsal of an environment, for a later job. */
export async function keepRehearsal(
  result: RehearsalResult,
  scope: Scope,
  stateDirectory: string,
  files: Files,
): Promise<void> {
  await files.writeAtomic(place(stateDirectory, scope), JSON.stringify(result), 0o600);
}

/** The last rehearsal when it was of exactly this, and why not otherwise; a file that cannot be read is none. */
export async function keptRehearsal(
  now: Now,
  scope: Scope,
  stateDirectory: string,
  files: Files,
): Promise<{ readonly result: RehearsalResult } | { readonly stale: string } | null> {
  const path = place(stateDirectory, scope);
  const result = await read(path, files);
  if (result === null) return null;
  const then = result.evidence;
  const stale = whyStale(then, {
    oldArtifact: now.oldArtifact,
    newArtifact: now.newArtifact,
    migrations: await migrationsChecksum(now.set?.migrations ?? []),
    baseSchema: now.targetSchema === null ? then.baseSchema : await schemaChecksum(now.targetSchema),
    server: then.server,
    waiting: now.waiting,
  });
  return stale === null ? { result } : { stale };
}

/** The schema that a release was rehearsed to leave behind, before its contract steps; null when nobody knows. */
export async function expandedSchemaOf(
  artifact: string,
  scope: Scope,
  stateDirectory: string,
  files: Files,
): Promise<string | null> {
  const result = await read(place(stateDirectory, scope), files);
  return result?.evidence.newArtifact === artifact ? (result.evidence.expandedSchema ?? null) : null;
}

/** What statements of a tree were seen to do in the last rehearsal, when it was of these very migrations. */
export async function rehearsedStatements(
  { migrations }: MigrationSet,
  scope: Scope,
  stateDirectory: string,
  files: Files,
): Promise<readonly WatchedStatement[]> {
  const result = await read(place(stateDirectory, scope), files);
  const isOfThese = result?.evidence.migrations === (await migrationsChecksum(migrations));
  return isOfThese ? (result?.statements ?? []) : [];
}

async function read(path: string, files: Files): Promise<RehearsalResult | null> {
  if (!(await files.exists(path))) return null;
  try {
    const result = JSON.parse(await files.readText(path)) as Partial<RehearsalResult>;
    return result.evidence === undefined ? null : (result as RehearsalResult);
  } catch {
    return null;
  }
}
