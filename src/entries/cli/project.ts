import type { Config } from '../../config/schema.ts';
import type { DatabaseContext, DatabasePlugin, EnvironmentDatabase } from '../../databases/database.ts';
import { databases } from '../../databases/index.ts';
import type { Scope } from '../../domain/rollout/messages.ts';
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
  const { config, environment, directory } = await loadConfiguration(context);
  return { context, config, scope: { app: config.app, environment }, directory, world: openWorld(context, directory) };
}

/** The database engine that the environment is configured with; null without one. */
export function databasePlugin(project: Project): DatabasePlugin | null {
  const { database } = project.config;
  return databases.find((plugin) => plugin.type === database?.type) ?? null;
}

export function databaseContext(project: Project): DatabaseContext {
  const { stateDirectory, cacheDirectory } = project.context;
  return { ...project.scope, stateDirectory, cacheDirectory };
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
