import type { DatabaseRole, EphemeralServer } from '../../databases/database.ts';
import { driftOf } from '../../domain/migration/evidence.ts';
import type { SchemaObject } from '../../domain/migration/fidelity/snapshot.ts';
import { splitPending } from '../../domain/migration/contract.ts';
import type { AppliedMigration, Migration, MigrationSet } from '../../domain/migration/migration.ts';
import { sameVersion } from '../../domain/migration/version.ts';
import { GateFailed } from '../../errors.ts';
import { migrateApply, refuseProblems } from '../migrate.ts';
import type { AppliedNow, MigrateResult } from '../migrate/input.ts';
import type { Perform } from '../migrate/perform.ts';
import type { RehearsalInput, RehearsalPorts } from './input.ts';

/** The databases of a rehearsal on one server that is thrown away. */
export interface RehearsalDatabases {
  readonly server: EphemeralServer;
  /** The schema that the target has; nobody connects to it, it is copied. */
  readonly base: string;
  /** Where releases run. */
  readonly stage: string;
  /** Who migrates and who the releases are: the owner of the database, where that is enough. */
  readonly role: DatabaseRole;
  /** What is applied before the rollout. */
  readonly pending: readonly Migration[];
  /** Contract steps that wait until the new release has baked. */
  readonly waiting: readonly Migration[];
  /** Null where nobody can look at this engine. */
  readonly baseSchema: readonly SchemaObject[] | null;
}

export type Migrations = NonNullable<RehearsalInput['migrations']>;

const base = 'fairway_base';
const stage = 'fairway_rehearsal';

/**
 * Build what the target has from the files of the new tree, and a copy of it to work on.
 *
 * Throws GateFailed when tree and target do not fit together, or `REHEARSAL_BASE_FAILED`.
 */
export async function prepareDatabases(
  server: EphemeralServer,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<RehearsalDatabases> {
  const { migrations } = input;
  const plan = migrations?.tool.compare(migrations.set, input.applied) ?? { pending: [], problems: [] };
  refuseProblems(plan.problems);
  for (const { severity, message } of plan.problems) if (severity === 'warning') input.onWarning?.(message);
  const role =
    migrations === null
      ? 'owner'
      : await buildBase(server, migrations.base ?? baseSet(migrations.set, input.applied), input, ports);
  const baseSchema = await schemaIn(base, server, input, ports);
  if (baseSchema !== null) refuseDrift(baseSchema, input);
  await server.create(stage, base);
  const { due, waiting } = splitPending(plan.pending, input.serving ?? null);
  return {
    server,
    base,
    stage,
    role,
    pending: due.map(({ migration }) => migration),
    waiting: waiting.map(({ migration }) => migration),
    baseSchema,
  };
}

/** Null where nobody can look at this engine. */
export async function schemaIn(
  name: string,
  server: EphemeralServer,
  { database, migrations }: RehearsalInput,
  ports: RehearsalPorts,
): Promise<readonly SchemaObject[] | null> {
  const { inspector } = database.plugin;
  if (inspector === undefined) return null;
  const options = { timeoutMs: 10_000, applicationName: 'fairway' };
  const connection = await ports.sql.connect(server.url(name, 'fairway'), options);
  try {
    return await inspector.schema(connection, migrations?.table ?? '');
  } finally {
    await connection.close();
  }
}

/** A rehearsal on a schema that the target does not have would prove nothing. */
function refuseDrift(baseSchema: readonly SchemaObject[], input: RehearsalInput): void {
  if (input.targetSchema === undefined) return;
  const { broken, harmless } = driftOf(baseSchema, input.targetSchema);
  for (const { text } of harmless) input.onWarning?.(`the target differs from its migrations: ${text}`);
  if (broken.length === 0) return;
  const shown = broken.slice(0, shownDifferences).map(({ text }) => `- ${text}`);
  const more = broken.length > shownDifferences ? `\n- and ${broken.length - shownDifferences} more` : '';
  const message = `the database of the target is not what its migrations make:\n${shown.join('\n')}${more}`;
  if (input.onDrift === 'warn') {
    input.onWarning?.(message);
    return;
  }
  throw new GateFailed('SCHEMA_DRIFT', message, {
    hint: 'write what was done by hand as a migration (with IF NOT EXISTS, so that the target takes it too), or undo it',
    facts: { differences: broken },
  });
}

const shownDifferences = 10;

function baseSet(set: MigrationSet, applied: readonly AppliedMigration[]): MigrationSet {
  const isApplied = ({ version }: Migration): boolean =>
    applied.some((one) => one.unfinished === null && sameVersion(one.version, version));
  return { ...set, migrations: set.migrations.filter(isApplied), problems: [] };
}

/** As the owner of the database first, as an application usually is; what only a superuser may do asks for one. */
async function buildBase(
  server: EphemeralServer,
  set: MigrationSet,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<DatabaseRole> {
  for (const role of ['owner', 'superuser'] as const) {
    await server.create(base);
    const result = await bring(base, set, role, server, input, ports);
    if (result.kind === 'done') return role;
    if (result.kind === 'stopped') throw result.reason;
    const { failed } = result;
    if (role === 'superuser' || !lacksPrivilege.has(failed.failure.sqlState ?? '')) {
      throw new GateFailed(
        'REHEARSAL_BASE_FAILED',
        `the schema of the target could not be built again:\n${failed.message}`,
        {
          hint: 'the files that the target has must run on an empty server; what they need besides must be in a migration',
        },
      );
    }
    input.onWarning?.(`${failed.failure.message}: the rehearsal goes on as superuser`);
    await server.drop(base);
  }
  throw new Error('unreachable');
}

/** PostgreSQL's SQLSTATE; of MariaDB: on a database, a table, a column, a routine, and what only SUPER may. */
const lacksPrivilege = new Set(['42501', '1044', '1142', '1143', '1227', '1370', '1419']);

/** Apply what is pending on the database that the releases use; a failure is the change's own. */
export async function applyPending(
  databases: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
  perform?: Perform,
): Promise<readonly AppliedNow[]> {
  const { migrations } = input;
  if (migrations === null) return [];
  const set = withoutWaiting(migrations.set, databases);
  const result = await bring(databases.stage, set, databases.role, databases.server, input, ports, perform);
  return appliedOrRefused(result);
}

/** The tree without the steps that have to wait. */
export function withoutWaiting(set: MigrationSet, { waiting }: Pick<RehearsalDatabases, 'waiting'>): MigrationSet {
  return { ...set, migrations: set.migrations.filter((migration) => !waiting.includes(migration)) };
}

/** Throws GateFailed `MIGRATION_FAILED`; `stopped` is thrown as it is. */
export function appliedOrRefused(result: MigrateResult): readonly AppliedNow[] {
  if (result.kind === 'done') return result.applied;
  if (result.kind === 'stopped') throw result.reason;
  throw new GateFailed(
    'MIGRATION_FAILED',
    `${result.failed.migration} failed in the rehearsal:\n${result.failed.message}`,
    {
      hint: hintFor(result.failed.failure.message),
      facts: { failure: result.failed },
    },
  );
}

function hintFor(message: string): string {
  if (!/extension ".*" is not available/.test(message)) return 'mend the migration; the target was not touched';
  return 'the server of the rehearsal brings only the extensions of PostgreSQL itself; the target was not touched';
}

/** Apply everything of a set that a database does not have yet. */
export async function bring(
  database: string,
  set: MigrationSet,
  role: DatabaseRole,
  server: EphemeralServer,
  input: RehearsalInput,
  ports: RehearsalPorts,
  perform?: Perform,
): Promise<MigrateResult> {
  const migrations = input.migrations as Migrations;
  return await migrateApply(
    {
      ...migrations,
      set,
      url: server.url(database, 'fairway', role),
      runId: input.runId,
      lockWaitMs: 0,
      isInOneGo: database === base,
      ...(perform === undefined ? {} : { perform }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    },
    ports,
  );
}
