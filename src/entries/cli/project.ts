import type { Config } from '../../config/schema.ts';
import type { DatabaseContext, DatabasePlugin, EnvironmentDatabase } from '../../databases/database.ts';
import { databases } from '../../databases/index.ts';
import type { Scope } from '../../domain/rollout/messages.ts';
import { targets } from '../../targets/index.ts';
import type { CommandContext } from './command.ts';
import { loadConfiguration } from './configuration.ts';
import { openWorld, type World } from './world.ts';

/** A configured application, seen in one environment. */
export interface Project {
  readonly context: CommandContext;
  readonly config: Config;
  readonly scope: Scope;
  /** Folder of the configuration: every relative path begins here. */
  readonly directory: string;
  readonly world: World;
}

/** Throws ConfigError `CONFIG_MISSING`, `CONFIG_INVALID`, `ENVIRONMENT_UNKNOWN`. */
export async function openProject(context: CommandContext): Promise<Project> {
  const loaded = await loadConfiguration(context);
  const { environment, directory } = loaded;
  const config = withEnvironment(loaded.config, context.env);
  return { context, config, scope: { app: config.app, environment }, directory, world: openWorld(context, directory) };
}

/** What the configuration leaves to the environment of the command: build arguments, and where the target is. */
function withEnvironment(config: Config, env: CommandContext['env']): Config {
  const args = Object.entries(config.build.args).flatMap(([name, text]) => {
    const [, variable] = /^env:(.+)$/.exec(text) ?? [];
    const value = variable === undefined ? text : env[variable];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const plugin = targets.find(({ type }) => type === config.target?.type);
  const target = config.target && plugin?.resolve ? plugin.resolve(config.target, env) : config.target;
  const resolved: Config = { ...config, build: { ...config.build, args: Object.fromEntries(args) } };
  return target === undefined ? resolved : { ...resolved, target: target as NonNullable<Config['target']> };
}

/** The database engine that the environment is configured with; null without one. */
export function databasePlugin(project: Project): DatabasePlugin | null {
  const { database } = project.config;
  return databases.find((plugin) => plugin.type === database?.type) ?? null;
}

export function databaseContext(project: Project): DatabaseContext {
  const { stateDirectory, cacheDirectory } = project.context;
  const throwAway = throwAwayReference(project);
  const { secrets } = project.world;
  return {
    ...project.scope,
    stateDirectory,
    cacheDirectory,
    ...(throwAway === null ? {} : { throwAway: async () => await secrets.resolve(throwAway) }),
  };
}

/** Where the URL of a server that may be thrown away stands: in the configuration, else in the environment. */
function throwAwayReference({ config, context }: Project): string | null {
  const { database } = config;
  if (database !== undefined && 'throwAway' in database && database.throwAway !== undefined) return database.throwAway;
  return (context.env['FAIRWAY_THROW_AWAY_URL'] ?? '') === '' ? null : 'env:FAIRWAY_THROW_AWAY_URL';
}

/** The database that the environment really uses; null when none is configured. */
export function environmentDatabase(project: Project): EnvironmentDatabase | null {
  const plugin = databasePlugin(project);
  const { database } = project.config;
  if (plugin === null || database === undefined) return null;
  return plugin.environment(
    database,
    databaseContext(project),
    project.world,
    async (reference) => await project.world.secrets.resolve(reference),
  );
}
