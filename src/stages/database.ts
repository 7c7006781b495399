import type { Config } from '../config/schema.ts';
import type { DatabaseContext, DatabasePlugin, DatabasePorts, EnvironmentDatabase } from '../databases/database.ts';
import type { Dialect } from '../domain/migration/dialect.ts';
import { contractsOf, isContract, splitPending, type Waiting } from '../domain/migration/contract.ts';
import type { SchemaObject } from '../domain/migration/fidelity/snapshot.ts';
import type { AppliedMigration, Migration, MigrationSet } from '../domain/migration/migration.ts';
import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Engine } from '../engines/engine.ts';
import { EnvironmentError } from '../errors.ts';
import { migrationTool } from '../migration-tools/index.ts';
import type { MigrationTool, ToolPorts } from '../migration-tools/tool.ts';
import type { AgentConnection, Http, Repository, Secrets } from '../ports.ts';
import type { Target } from '../targets/target.ts';
import { backupFirst } from './backup-first.ts';
import { pastNoReturn, servingOf } from './contract-steps.ts';
import { smoke } from './confirm.ts';
import type { EarlyServer } from './early-server.ts';
import { oldRelease } from './old-release.ts';
import type { Delivery } from './deliver.ts';
import type { HeldLock } from './lock.ts';
import { migrateEnvironment } from './migrate-environment.ts';
import { migrateStatus } from './migrate.ts';
import type { AppliedNow, MigrationTarget } from './migrate/input.ts';
import { readSchema } from './migrate/read-schema.ts';
import { expandedSchemaOf, keepRehearsal, keptRehearsal } from './rehearsal-record.ts';
import type { RehearsalInput, RehearsalResult, RehearsedRelease } from './rehearse/input.ts';
import { refuseImpossible, rehearse } from './rehearse.ts';
import { stage, type StagePorts } from './stage.ts';
import { withScratch } from './with-scratch.ts';

/** The database that the environment uses, and how its engine is reached. */
export interface DatabaseInput {
  readonly plugin: DatabasePlugin;
  readonly config: Parameters<DatabasePlugin['ephemeral']>[0];
  readonly context: DatabaseContext;
  /** Environment variable in which a release finds its URL. */
  readonly variable: string;
  readonly environment: EnvironmentDatabase;
}

export interface DatabaseStagePorts extends StagePorts, DatabasePorts {
  readonly http: Http;
  readonly target: Target;
  readonly engine: Engine;
  readonly repository: Repository;
  readonly secrets: Secrets;
  /** A path for temporary files, swept when we die before we remove it. */
  readonly scratch: (purpose: string) => string;
  readonly conceal: (secret: string) => void;
}

/** The values of the configured secrets; the URL of the database is not among them. */
export async function releaseSecrets(
  config: Pick<Config, 'secrets'>,
  { secrets }: { readonly secrets: Secrets },
): Promise<Readonly<Record<string, string>>> {
  const entries: [string, string][] = [];
  for (const [name, reference] of Object.entries(config.secrets))
    entries.push([name, await secrets.resolve(reference)]);
  return Object.fromEntries(entries);
}

/**
 * The migrations as they stand in a commit. Their tree stays on disk for the programs that some tools run; see
 * `withScratch`.
 */
export async function migrationsOf(
  commit: string,
  settings: NonNullable<Config['migrations']>,
  dialect: Dialect,
  ports: Pick<DatabaseStagePorts, 'repository' | 'scratch'> & ToolPorts,
): Promise<MigrationSet> {
  const tree = ports.scratch('migrations');
  await ports.repository.exportTree(commit, tree);
  return await migrationTool(settings, ports).list({ tree, directory: settings.directory, commit }, dialect, ports.files);
}

/** What the environment's database holds; nothing when it was never made. Changes nothing in it. */
export interface TargetState {
  readonly applied: readonly AppliedMigration[];
  /** Null where there is no database yet, or nobody can look. */
  readonly schema: readonly SchemaObject[] | null;
}

export async function targetState(
  database: DatabaseInput,
  settings: NonNullable<Config['migrations']>,
  set: MigrationSet,
  found: { readonly url: string } | null,
  ports: Pick<DatabasePorts, 'sql'> & ToolPorts,
): Promise<TargetState> {
  if (found === null) return { applied: [], schema: null };
  const target = {
    url: found.url,
    tool: migrationTool(settings, ports),
    dialect: database.plugin.dialect,
    set,
    table: settings.table,
  };
  const { applied } = await migrateStatus(target, ports);
  const { inspector } = database.plugin;
  return { applied, schema: inspector === undefined ? null : await readSchema(target, inspector, ports) };
}

interface ChangeInput extends Delivery {
  readonly release: ReleaseSpec;
  readonly secrets: Readonly<Record<string, string>>;
  /** A server that was started while the application was built. */
  readonly early?: EarlyServer | null;
}

/**
 * Prove on a throw-away database that the old release can serve on the new schema; a rehearsal of exactly this that
 * was kept is taken as it is.
 *
 * Null when no database is configured. Throws GateFailed `ROLLBACK_IMPOSSIBLE` with the query that broke, and what
 * `rehearse` throws.
 */
export async function rehearseChange(input: ChangeInput, ports: DatabaseStagePorts): Promise<RehearsalResult | null> {
  return await withScratch(ports, async (own) => await rehearseWithTrees(input, own));
}

async function rehearseWithTrees(input: ChangeInput, ports: DatabaseStagePorts): Promise<RehearsalResult | null> {
  const { config, database, scope, status } = input;
  const settings = config.migrations;
  if (database === null) return null;
  const old = await oldRelease(input, ports);
  const title = 'migrations on a throw-away database, old release on the new schema';
  return await stage('rehearse', title, ports, async (note) => {
    const set =
      settings === undefined ? null : await migrationsOf(input.source.commit, settings, database.plugin.dialect, ports);
    const target =
      set === null || settings === undefined
        ? { applied: [], schema: null }
        : await targetState(database, settings, set, await database.environment.wake(), ports);
    const now = {
      oldArtifact: status?.stable?.artifact ?? null,
      newArtifact: input.release.artifact,
      set,
      targetSchema: target.schema,
      waiting: waitingOf(settings === undefined ? null : migrationTool(settings, ports), set, target.applied, status),
    };
    const { stateDirectory } = database.context;
    const kept = await keptRehearsal(now, scope, stateDirectory, ports.files);
    if (kept !== null && 'stale' in kept) note(`the last rehearsal does not hold any more: ${kept.stale}`);
    const isKept = kept !== null && 'result' in kept;
    const rehearseNow = async (): Promise<RehearsalResult> => {
      const base = settings === undefined ? null : await baseOf(settings, target.applied, database, ports);
      return await rehearse(rehearsalInput(input, database, set, base, target, old, note, ports), ports);
    };
    const result = isKept ? kept.result : await rehearseNow();
    if (!isKept) await keepRehearsal(result, scope, stateDirectory, ports.files);
    input.onKnown({ rehearsal: result });
    refuseImpossible(result);
    const summary = `rollback: ${result.rollback}. ${result.reason}${isKept ? ' (rehearsed before, and nothing changed since)' : ''}`;
    return { value: result, summary };
  });
}

/** Versions of the contract steps that have to wait. */
function waitingOf(
  tool: MigrationTool | null,
  set: MigrationSet | null,
  applied: readonly AppliedMigration[],
  status: Delivery['status'],
): readonly string[] {
  if (set === null || tool === null) return [];
  const { pending } = tool.compare(set, applied);
  return splitPending(pending, servingOf(status)).waiting.map(({ migration }) => migration.version);
}

/** What makes the schema that the target has, where the newest tree cannot: that of the commit that was applied last. */
async function baseOf(
  settings: NonNullable<Config['migrations']>,
  applied: readonly AppliedMigration[],
  database: DatabaseInput,
  ports: DatabaseStagePorts,
): Promise<MigrationSet | null> {
  const commit = migrationTool(settings, ports).baseCommit?.(applied) ?? null;
  if (commit === null) return null;
  try {
    return await migrationsOf(commit, settings, database.plugin.dialect, ports);
  } catch (error) {
    throw new EnvironmentError('REHEARSAL_BASE_UNKNOWN', `commit ${commit}, which the database was migrated with, is not in this clone`, {
      hint: 'fetch the whole history (actions/checkout: fetch-depth: 0): the rehearsal starts from what that commit makes',
      cause: error,
    });
  }
}

function rehearsalInput(
  { config, release, secrets, runId, signal, early, status }: ChangeInput,
  database: DatabaseInput,
  set: MigrationSet | null,
  base: MigrationSet | null,
  target: TargetState,
  old: ReleaseSpec | null,
  note: (text: string) => void,
  ports: DatabaseStagePorts,
): RehearsalInput {
  const settings = config.migrations;
  const asRehearsed = (spec: ReleaseSpec): RehearsedRelease => ({
    spec,
    secrets: Object.fromEntries(Object.entries(secrets).filter(([name]) => spec.secretNames.includes(name))),
  });
  return {
    runId,
    database: early == null ? database : { ...database, server: early.take },
    migrations:
      settings === undefined || set === null
        ? null
        : {
            tool: migrationTool(settings, ports),
            dialect: database.plugin.dialect,
            set,
            ...(base === null ? {} : { base }),
            table: settings.table,
            lockTimeoutMs: settings.lockTimeout,
            statementTimeoutMs: settings.statementTimeout,
          },
    applied: target.applied,
    serving: servingOf(status),
    ...(target.schema === null || target.applied.length === 0 ? {} : { targetSchema: target.schema }),
    oldRelease: old === null ? null : asRehearsed(old),
    newRelease: asRehearsed(release),
    checks: config.smoke.checks,
    smokeDeadlineMs: config.smoke.deadline,
    signal,
    onStep: ({ step, text }) => note(`${step.replaceAll('-', ' ')}: ${text}`),
    onWarning: (text) => ports.reporter.report({ type: 'warning', text }),
  };
}

export interface MigratedDatabase {
  /** Environment variable in which the release finds the URL. */
  readonly variable: string;
  readonly value: string;
  readonly applied: readonly AppliedNow[];
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
): Promise<MigratedDatabase | null> {
  return await withScratch(ports, async (own) => await migrateWithTree(input, rehearsal, own, share));
}

async function migrateWithTree(
  input: Delivery,
  rehearsal: RehearsalResult | null,
  ports: DatabaseStagePorts & { readonly lock: HeldLock; readonly agent: AgentConnection },
  share: Share,
): Promise<MigratedDatabase | null> {
  const { config, database, runId, signal, status } = input;
  if (database === null) return null;
  const { url } = await database.environment.ensure();
  const settings = config.migrations;
  const { variable } = database;
  if (settings === undefined) return { variable, value: url, applied: [], waiting: [], contracts: [] };
  const set = await migrationsOf(input.source.commit, settings, database.plugin.dialect, ports);
  const tool = migrationTool(settings, ports);
  const place = { url, tool, dialect: database.plugin.dialect, table: settings.table };
  const { applied, open } = await migrateStatus({ ...place, set }, ports);
  const { due, waiting } = splitPending(open, servingOf(status));
  const pending = due.map(({ migration }) => migration).filter((one) => isOfShare(one, share, status));
  const left = open.map(({ migration }) => migration).filter((one) => !pending.includes(one));
  const wanted = { ...set, migrations: set.migrations.filter((one) => !left.includes(one)) };
  // A database that holds nothing yet has nothing to lose.
  if (pending.length > 0 && (applied.length > 0 || (await holdsSomething(place, database, ports)))) await backupFirst({ ...database, settings, url, runId, signal }, ports);
  const { inspector } = database.plugin;
  const expanded =
    share === 'contract' && status?.stable != null
      ? await expandedSchemaOf(status.stable.artifact, input.scope, database.context.stateDirectory, ports.files)
      : null;
  const rehearsed = rehearsal === null ? expanded : rehearsal.evidence.baseSchema;
  const migrate = async () =>
    await migrateEnvironment(
      {
        ...place,
        set: wanted,
        settings,
        runId,
        signal,
        assertHeld: ports.lock.assertHeld,
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
  const now = await pastNoReturn(status === null ? [] : pending, input, migrate, hasBegun, ports);
  return { variable, value: url, applied: now, waiting, contracts: contractsOf(set.migrations) };
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
