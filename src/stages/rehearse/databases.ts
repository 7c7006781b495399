import type { DatabaseRole, EphemeralServer } from '../../databases/database.ts';
import { compareMigrations } from '../../domain/migration/compare.ts';
import type { AppliedMigration, Migration, MigrationSet } from '../../domain/migration/migration.ts';
import { sameVersion } from '../../domain/migration/version.ts';
import { GateFailed } from '../../errors.ts';
import { migrateApply, refuseProblems } from '../migrate.ts';
import type { AppliedNow } from '../migrate/input.ts';
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
  readonly pending: readonly Migration[];
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
  const plan = compareMigrations(migrations?.set ?? { migrations: [], problems: [] }, input.applied);
  refuseProblems(plan.problems);
  for (const { severity, message } of plan.problems) if (severity === 'warning') input.onWarning?.(message);
  const role =
    migrations === null ? 'owner' : await buildBase(server, baseSet(migrations.set, input.applied), input, ports);
  await server.create(stage, base);
  return { server, base, stage, role, pending: plan.pending.map(({ migration }) => migration) };
}

function baseSet(set: MigrationSet, applied: readonly AppliedMigration[]): MigrationSet {
  const isApplied = ({ version }: Migration): boolean =>
    applied.some((one) => one.unfinished === null && sameVersion(one.version, version));
  return { migrations: set.migrations.filter(isApplied), problems: [] };
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
    if (role === 'superuser' || failed.failure.sqlState !== insufficientPrivilege) {
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

const insufficientPrivilege = '42501';

/** Apply what is pending on the database that the releases use; a failure is the change's own. */
export async function applyPending(
  databases: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<readonly AppliedNow[]> {
  const { migrations } = input;
  if (migrations === null) return [];
  const result = await bring(databases.stage, migrations.set, databases.role, databases.server, input, ports);
  if (result.kind === 'done') return result.applied;
  if (result.kind === 'stopped') throw result.reason;
  throw new GateFailed(
    'MIGRATION_FAILED',
    `${result.failed.migration} failed in the rehearsal:\n${result.failed.message}`,
    {
      hint: 'mend the migration; the target was not touched',
      facts: { failure: result.failed },
    },
  );
}

async function bring(
  database: string,
  set: MigrationSet,
  role: DatabaseRole,
  server: EphemeralServer,
  input: RehearsalInput,
  ports: RehearsalPorts,
): ReturnType<typeof migrateApply> {
  const migrations = input.migrations as Migrations;
  return await migrateApply(
    {
      ...migrations,
      set,
      url: server.url(database, 'fairway', role),
      runId: input.runId,
      lockWaitMs: 0,
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    },
    ports,
  );
}
