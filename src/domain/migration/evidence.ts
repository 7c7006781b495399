import { checksumOf } from './checksum.ts';
import { compareSchemas, type Difference } from './fidelity/compare-snapshots.ts';
import type { SchemaObject } from './fidelity/snapshot.ts';
import type { Migration } from './migration.ts';

/** What the result of a rehearsal is bound to: with any of it changed, it says nothing any more. */
export interface Evidence {
  /** Typed digest of the release that serves; null when none does. */
  readonly oldArtifact: string | null;
  readonly newArtifact: string;
  /** Over versions and checksums of all migrations of the tree, in order, down scripts included. */
  readonly migrations: string;
  /** Over the structure that the migrations of the target make; null where nobody could look. */
  readonly baseSchema: string | null;
  /** Engine and major version: `postgres 18`. */
  readonly server: string;
  /** Versions of the contract steps that had to wait for a bake. */
  readonly waiting?: readonly string[];
  /** Over the structure after the migrations that ran; what the contract steps that waited are applied to. */
  readonly expandedSchema?: string | null;
}

export async function migrationsChecksum(migrations: readonly Migration[]): Promise<string> {
  return await checksumOf(
    migrations.map(({ version, checksum, down }) => `${version}\0${checksum}\0${down?.text ?? ''}`).join('\0\0'),
  );
}

export async function schemaChecksum(schema: readonly SchemaObject[]): Promise<string> {
  return await checksumOf(JSON.stringify(structureOf(schema)));
}

/**
 * The part of a schema that is the same on every server that holds it: without owners, rights and settings, the
 * queries of views without the qualifiers and blanks that each major version writes in its own way.
 */
export function structureOf(schema: readonly SchemaObject[]): readonly SchemaObject[] {
  return schema
    .filter(({ kind }) => !elsewhere.has(kind))
    .map((object) => ({ ...object, definition: portable(object) }));
}

function portable({ kind, definition }: SchemaObject): string {
  if (kind === 'extension') return '';
  if (!/^(materialized )?view$|^rule$/.test(kind)) return definition;
  return definition
    .replaceAll(/(?:"(?:[^"]|"")+"|\b[A-Za-z_]\w*)\.(?=["A-Za-z_*])/g, '')
    .replaceAll(/[\s()]+/g, ' ')
    .trim();
}

const elsewhere = new Set(['access to', 'default rights', 'setting of the database', 'publication', 'event trigger']);

/** Null when a result of then still holds, else what changed. */
export function whyStale(
  then: Evidence,
  now: Omit<Evidence, 'baseSchema'> & { readonly baseSchema: string | null },
): string | null {
  if (then.oldArtifact !== now.oldArtifact) return 'another release serves now';
  if (then.newArtifact !== now.newArtifact) return 'another artifact is to be deployed';
  if (then.migrations !== now.migrations) return 'the migrations changed';
  if ((then.waiting ?? []).join() !== (now.waiting ?? []).join()) return 'other contract steps are due by now';
  if (then.server !== now.server) return `it ran on ${then.server}, and the target is ${now.server}`;
  if (then.baseSchema !== now.baseSchema) return 'the schema of the target changed';
  return null;
}

/** How a target differs from what its own migrations make. */
export interface Drift {
  /** What a rehearsal could be wrong about. */
  readonly broken: readonly Difference[];
  /** What is there besides: it is faster or known better, and nothing else. */
  readonly harmless: readonly Difference[];
}

export function driftOf(fromMigrations: readonly SchemaObject[], target: readonly SchemaObject[]): Drift {
  const differences = compareSchemas(structureOf(fromMigrations), structureOf(target));
  const isHarmless = ({ kind, object, after }: Difference): boolean =>
    (kind === 'added' && /^(index|statistics|extension) /.test(object) && !/\bUNIQUE\b/.test(after ?? '')) ||
    object.startsWith('extension ');
  return {
    broken: differences.filter((difference) => !isHarmless(difference)),
    harmless: differences.filter(isHarmless),
  };
}
