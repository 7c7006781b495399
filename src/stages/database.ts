import type { Config } from '../config/schema.ts';
import type { DatabaseContext, DatabasePlugin, DatabasePorts, EnvironmentDatabase } from '../databases/database.ts';
import type { TargetStatistics } from '../domain/migration/classify/predict-time.ts';
import { refuseOrAccept } from './accept-impossible.ts';
import { splitPending } from '../domain/migration/contract.ts';
import type { SchemaObject } from '../domain/migration/fidelity/snapshot.ts';
import type { AppliedMigration, MigrationSet } from '../domain/migration/migration.ts';
import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Engine } from '../engines/engine.ts';
import { migrationTool } from '../migration-tools/index.ts';
import type { MigrationTool, ToolPorts } from '../migration-tools/tool.ts';
import type { Http, Repository, Secrets } from '../ports.ts';
import type { Target } from '../targets/target.ts';
import { servingOf } from './contract-steps.ts';
import type { EarlyServer } from './early-server.ts';
import { oldRelease } from './old-release.ts';
import type { Delivery } from './deliver.ts';
import { statementLines } from '../domain/migration/statement-lines.ts';
import { migrateStatus } from './migrate.ts';
import { migrationsOf } from './migrations-of.ts';
import { readTarget } from './migrate/read-schema.ts';
import { keepRehearsal, keptRehearsal } from './rehearsal-record.ts';
import type { RehearsalInput, RehearsalResult, RehearsedRelease } from './rehearse/input.ts';
import { rehearse } from './rehearse.ts';
import { rehearsalBase } from './rehearsal-base.ts';
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

/** What the environment's database holds; nothing when it was never made. Changes nothing in it. */
export interface TargetState {
  readonly applied: readonly AppliedMigration[];
  /** Null where there is no database yet, or nobody can look. */
  readonly schema: readonly SchemaObject[] | null;
  readonly statistics: TargetStatistics;
}

export async function targetState(
  database: DatabaseInput,
  settings: NonNullable<Config['migrations']>,
  set: MigrationSet,
  found: { readonly url: string } | null,
  ports: Pick<DatabasePorts, 'sql'> & ToolPorts,
): Promise<TargetState> {
  if (found === null) return { applied: [], schema: null, statistics: new Map() };
  const target = {
    url: found.url,
    tool: migrationTool(settings, ports),
    dialect: database.plugin.dialect,
    set,
    table: settings.table,
  };
  const { applied } = await migrateStatus(target, ports);
  return { applied, ...(await readTarget(target, database.plugin, ports)) };
}

interface ChangeInput extends Delivery {
  readonly release: ReleaseSpec;
  readonly secrets: Readonly<Record<string, string>>;
  /** A server that was started while the application was built. */
  readonly early?: EarlyServer | null;
  /** Told the URL of a target that holds something and lacks migrations: what is needed before them may begin. */
  readonly onPending?: (url: string) => void;
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
    const found = set === null ? null : await database.environment.wake();
    const target =
      set === null || settings === undefined
        ? { applied: [], schema: null, statistics: new Map() }
        : await targetState(database, settings, set, found, ports);
    const tool = settings === undefined ? null : migrationTool(settings, ports);
    const split = splitOf(tool, set, target.applied, status);
    if (found !== null && split.due.length > 0 && target.applied.length > 0) input.onPending?.(found.url);
    const now = {
      oldArtifact: status?.stable?.artifact ?? null,
      newArtifact: input.release.artifact,
      set,
      targetSchema: target.schema,
      waiting: split.waiting.map(({ migration }) => migration.version),
    };
    const { stateDirectory } = database.context;
    const kept = await keptRehearsal(now, scope, stateDirectory, ports.files);
    if (kept !== null && 'stale' in kept) note(`the last rehearsal does not hold any more: ${kept.stale}`);
    const isKept = kept !== null && 'result' in kept;
    const rehearseNow = async (): Promise<RehearsalResult> => {
      const base =
        settings === undefined || set === null
          ? null
          : await rehearsalBase(
              { settings, set, applied: target.applied, stable: status?.stable ?? null, database },
              ports,
            );
      return await rehearse(rehearsalInput(input, database, set, base, target, old, note, ports), ports);
    };
    const result = isKept ? kept.result : await rehearseNow();
    for (const line of statementLines(result.statements ?? [])) note(line);
    if (!isKept) await keepRehearsal(result, scope, stateDirectory, ports.files);
    input.onKnown({ rehearsal: result });
    const { version } = input.release;
    refuseOrAccept(result, { config, version, accepted: input.acceptImpossible }, ports);
    const summary = `rollback: ${result.rollback}. ${result.reason}${isKept ? ' (rehearsed before, and nothing changed since)' : ''}`;
    return { value: result, summary };
  });
}

/** What is due now, and which contract steps have to wait. */
function splitOf(
  tool: MigrationTool | null,
  set: MigrationSet | null,
  applied: readonly AppliedMigration[],
  status: Delivery['status'],
): ReturnType<typeof splitPending> {
  if (set === null || tool === null) return { due: [], waiting: [] };
  return splitPending(tool.compare(set, applied).pending, servingOf(status));
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
    targetStatistics: target.statistics,
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
