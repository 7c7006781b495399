import type { Config } from '../config/schema.ts';
import type { DatabaseContext, DatabasePlugin, DatabasePorts, EnvironmentDatabase } from '../databases/database.ts';
import { postgresDialect } from '../domain/migration/dialect.ts';
import type { AppliedMigration, MigrationSet } from '../domain/migration/migration.ts';
import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Engine } from '../engines/engine.ts';
import { migrationTool } from '../migration-tools/index.ts';
import type { Http, Repository, Secrets } from '../ports.ts';
import type { Target } from '../targets/target.ts';
import { smoke } from './confirm.ts';
import { oldRelease } from './old-release.ts';
import type { Delivery } from './deliver.ts';
import type { HeldLock } from './lock.ts';
import { migrateEnvironment } from './migrate-environment.ts';
import { migrateStatus } from './migrate.ts';
import type { RehearsedRelease, RehearsalResult } from './rehearse/input.ts';
import { refuseImpossible, rehearse } from './rehearse.ts';
import { stage, type StagePorts } from './stage.ts';

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

/** The migrations as they stand in the commit that is delivered. */
export async function migrationsOf(
  commit: string,
  settings: NonNullable<Config['migrations']>,
  ports: Pick<DatabaseStagePorts, 'repository' | 'files' | 'scratch'>,
): Promise<MigrationSet> {
  const tree = ports.scratch('migrations');
  try {
    await ports.repository.exportTree(commit, tree);
    const tool = migrationTool(settings.tool);
    return await tool.list(`${tree}/${settings.directory}`, settings.directory, postgresDialect, ports.files);
  } finally {
    await ports.files.remove(tree);
  }
}

/** What the environment's database has; empty when it was never made. Starts nothing that is not running. */
export async function appliedIn(
  database: DatabaseInput,
  settings: NonNullable<Config['migrations']>,
  set: MigrationSet,
  ports: Pick<DatabasePorts, 'sql'>,
): Promise<readonly AppliedMigration[]> {
  const found = await database.environment.find();
  if (found === null) return [];
  const tool = migrationTool(settings.tool);
  const status = await migrateStatus(
    { url: found.url, tool, dialect: postgresDialect, set, table: settings.table },
    ports,
  );
  return status.applied;
}

interface ChangeInput extends Delivery {
  readonly release: ReleaseSpec;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Prove on a throw-away database that the old release can serve on the new schema.
 *
 * Null when no database is configured. Throws GateFailed `ROLLBACK_IMPOSSIBLE` with the query that broke, and what
 * `rehearse` throws.
 */
export async function rehearseChange(input: ChangeInput, ports: DatabaseStagePorts): Promise<RehearsalResult | null> {
  const { config, database, release, secrets, runId, signal } = input;
  const settings = config.migrations;
  if (database === null) return null;
  const old = await oldRelease(input, ports);
  return await stage(
    'rehearse',
    'migrations on a throw-away database, old release on the new schema',
    ports,
    async (note) => {
      const set = settings === undefined ? null : await migrationsOf(input.source.commit, settings, ports);
      const applied = set === null || settings === undefined ? [] : await appliedIn(database, settings, set, ports);
      const asRehearsed = (spec: ReleaseSpec): RehearsedRelease => ({
        spec,
        secrets: Object.fromEntries(Object.entries(secrets).filter(([name]) => spec.secretNames.includes(name))),
      });
      const result = await rehearse(
        {
          runId,
          database,
          migrations:
            settings === undefined || set === null
              ? null
              : {
                  tool: migrationTool(settings.tool),
                  dialect: postgresDialect,
                  set,
                  table: settings.table,
                  lockTimeoutMs: settings.lockTimeout,
                  statementTimeoutMs: settings.statementTimeout,
                },
          applied,
          oldRelease: old === null ? null : asRehearsed(old),
          newRelease: asRehearsed(release),
          checks: config.smoke.checks,
          smokeDeadlineMs: config.smoke.deadline,
          signal,
          onStep: ({ step, text }) => note(`${step.replaceAll('-', ' ')}: ${text}`),
          onWarning: (text) => ports.reporter.report({ type: 'warning', text }),
        },
        ports,
      );
      input.onKnown({ rehearsal: result });
      refuseImpossible(result);
      return { value: result, summary: `rollback: ${result.rollback}. ${result.reason}` };
    },
  );
}

/** Bring the environment's database to the commit. Answers the URL that the release is given; null without a database. */
export async function migrateDatabase(
  input: Delivery,
  ports: DatabaseStagePorts & { readonly lock: HeldLock },
): Promise<{ readonly variable: string; readonly value: string } | null> {
  const { config, database, runId, signal, status } = input;
  if (database === null) return null;
  const { url } = await database.environment.ensure();
  const settings = config.migrations;
  if (settings !== undefined) {
    const set = await migrationsOf(input.source.commit, settings, ports);
    const probeStable = async () => {
      if (status?.stable == null || status.url === null) return null;
      const { verdict } = await smoke(config, status.url, ports);
      return { version: status.stable.version, passes: verdict === 'pass' };
    };
    const tool = migrationTool(settings.tool);
    const assertHeld = ports.lock.assertHeld;
    await migrateEnvironment(
      { url, tool, dialect: postgresDialect, set, settings, runId, signal, assertHeld, probeStable },
      ports,
    );
  }
  return { variable: database.variable, value: url };
}
