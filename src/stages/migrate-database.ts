import { contractsOf, isContract, splitPending, type Waiting } from '../domain/migration/contract.ts';
import type { Migration } from '../domain/migration/migration.ts';
import { compareWithPrediction, type Measured } from '../domain/migration/predict.ts';
import { migrationTool } from '../migration-tools/index.ts';
import type { AgentConnection } from '../ports.ts';
import { backupFirst } from './backup-first.ts';
import { smoke } from './confirm.ts';
import { pastNoReturn, servingOf } from './contract-steps.ts';
import type { DatabaseInput, DatabaseStagePorts } from './database.ts';
import { migrationsOf } from './migrations-of.ts';
import { withScratch } from './with-scratch.ts';
import type { Delivery } from './deliver.ts';
import type { HeldLock } from './lock.ts';
import type { EarlyBackup } from './early-backup.ts';
import { migrateEnvironment } from './migrate-environment.ts';
import { migrateStatus } from './migrate.ts';
import type { AppliedNow, MigrationTarget } from './migrate/input.ts';
import { asPromised, timed } from './migrate/perform.ts';
import { readSchema } from './migrate/read-schema.ts';
import { expandedSchemaOf, rehearsedStatements } from './rehearsal-record.ts';
import type { RehearsalResult } from './rehearse/input.ts';
import { promisesOf } from './rehearse/watched.ts';

export interface MigratedDatabase {
  /** Environment variable in which the release finds the URL. */
  readonly variable: string;
  readonly value: string;
  readonly applied: readonly AppliedNow[];
  /** How long each statement took, beside what was predicted. */
  readonly measured: readonly Measured[];
  /** Contract steps that wait. */
  readonly waiting: readonly Waiting[];
  /** Versions of the contract steps of the tree. */
  readonly contracts: readonly string[];
}

/** What of the pending migrations is applied: all that may, all but contract steps, or contract steps alone. */
export type Share = 'due' | 'expand' | 'contract';

/**
 * Bring the environment's database to the commit, behind a verified backup, and only while its schema is the one that
 * was rehearsed. Contract steps that have to wait are left out, and those that run are preceded by a record of the
 * point of no return. Answers the URL that the release is given; null without a database.
 */
export async function migrateDatabase(
  input: Delivery,
  rehearsal: RehearsalResult | null,
  ports: DatabaseStagePorts & { readonly lock: HeldLock; readonly agent: AgentConnection },
  share: Share = 'due',
  early: EarlyBackup | null = null,
): Promise<MigratedDatabase | null> {
  return await withScratch(ports, async (own) => await migrateWithTree(input, rehearsal, own, share, early));
}

async function migrateWithTree(
  input: Delivery,
  rehearsal: RehearsalResult | null,
  ports: DatabaseStagePorts & { readonly lock: HeldLock; readonly agent: AgentConnection },
  share: Share,
  early: EarlyBackup | null,
): Promise<MigratedDatabase | null> {
  const { config, database, runId, signal, status } = input;
  if (database === null) return null;
  const { url } = await database.environment.ensure();
  const settings = config.migrations;
  const { variable } = database;
  if (settings === undefined) return { variable, value: url, applied: [], measured: [], waiting: [], contracts: [] };
  const set = await migrationsOf(input.source.commit, settings, database.plugin.dialect, ports);
  const tool = migrationTool(settings, ports);
  const place = { url, tool, dialect: database.plugin.dialect, table: settings.table };
  const { applied, open } = await migrateStatus({ ...place, set }, ports);
  const { due, waiting } = splitPending(open, servingOf(status));
  const pending = due.map(({ migration }) => migration).filter((one) => isOfShare(one, share, status));
  const left = open.map(({ migration }) => migration).filter((one) => !pending.includes(one));
  const wanted = { ...set, migrations: set.migrations.filter((one) => !left.includes(one)) };
  // A database that holds nothing yet has nothing to lose.
  if (pending.length > 0 && (applied.length > 0 || (await holdsSomething(place, database, ports))))
    await backupFirst({ ...database, settings, url, runId, signal }, ports, early);
  const { inspector } = database.plugin;
  const { stateDirectory } = database.context;
  const expanded =
    share === 'contract' && status?.stable != null
      ? await expandedSchemaOf(status.stable.artifact, input.scope, stateDirectory, ports.files)
      : null;
  const rehearsed = rehearsal === null ? expanded : rehearsal.evidence.baseSchema;
  const known = rehearsal?.statements ?? (await rehearsedStatements(set, input.scope, stateDirectory, ports.files));
  const measured: Measured[] = [];
  const onMeasured = (at: string, ms: number): void => {
    const predictedMs = known.find((one) => one.place === at)?.predictedMs ?? null;
    measured.push(compareWithPrediction(at, ms, predictedMs));
  };
  const migrate = async () =>
    await migrateEnvironment(
      {
        ...place,
        set: wanted,
        settings,
        runId,
        signal,
        assertHeld: ports.lock.assertHeld,
        perform: timed(asPromised(promisesOf(known)), onMeasured, ports),
        measured,
        ...(inspector === undefined || rehearsed === null || applied.length === 0
          ? {}
          : { inspector, rehearsedSchema: rehearsed }),
        probeStable: async () => {
          if (status?.stable == null || status.url === null) return null;
          const { verdict } = await smoke(config, status.url, ports);
          return { version: status.stable.version, passes: verdict === 'pass' };
        },
      },
      ports,
    );
  const hasBegun = async (steps: readonly Migration[]): Promise<boolean> => {
    const now = await migrateStatus({ ...place, set }, ports);
    return steps.some((step) => now.open.every(({ migration, begun }) => migration !== step || begun !== null));
  };
  const now = await pastNoReturn(status?.stable == null ? [] : pending, input, migrate, hasBegun, ports);
  return { variable, value: url, applied: now, measured, waiting, contracts: contractsOf(set.migrations) };
}

async function holdsSomething(
  place: Pick<MigrationTarget, 'url' | 'table'>,
  { plugin: { inspector } }: DatabaseInput,
  ports: DatabaseStagePorts,
): Promise<boolean> {
  if (inspector === undefined) return false;
  return (await readSchema(place, inspector, ports)).some(({ kind }) => /table|view|column/.test(kind));
}

/** Where nothing serves, a contract step is a migration like any other. */
function isOfShare(migration: Migration, share: Share, status: Delivery['status']): boolean {
  if (share === 'due' || (share === 'expand' && status?.stable == null)) return true;
  return isContract(migration) === (share === 'contract');
}
