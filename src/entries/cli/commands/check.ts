import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../../config/schema.ts';
import { formatDuration } from '../../../domain/report/quantities.ts';
import type { CommandBody } from '../command.ts';
import { loadConfiguration } from '../configuration.ts';
import { permissionLines } from '../permission-lines.ts';

/** Judge the configuration and say what it means; the result holds everything resolved, durations in ms. */
export const run: CommandBody = async (context) => {
  const { config, environment, environments, file, directory } = await loadConfiguration(context);
  const { migrations } = config;
  // Prisma and Alembic are looked for where they usually are, too.
  const folder = migrations?.tool === 'sql' ? migrations.directory : undefined;
  if (folder !== undefined && !(await isFolder(join(directory, folder)))) {
    context.reporter.report({ type: 'warning', text: `migrations.directory: there is no folder ${folder} yet` });
  }
  return {
    outcome: 'ok',
    code: 'CONFIG_VALID',
    result: { file, app: config.app, environment, environments, config },
    summary: [
      `${config.app}: the configuration is right; environments: ${environments.join(', ')}`,
      `With ${environment}:`,
      ...meaning(config).map(([what, how]) => `  ${what.padEnd(10)} ${how}`),
      ...(context.flags['github'] === true ? permissionLines(config.release) : []),
    ],
  };
};

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function meaning(config: Config): readonly (readonly [string, string])[] {
  const processes = Object.entries(config.processes).map(([name, { traffic }]) =>
    traffic ? `${name} (traffic)` : name,
  );
  const { database, migrations, deploy } = config;
  return [
    ['build', commandLines(config.build.run)],
    ['test', commandLines(config.test.run)],
    ['processes', processes.join(', ') || 'none'],
    ['target', config.target?.type ?? 'none: nothing is deployed'],
    ['database', database === undefined ? 'none' : `${database.type}, ${database.provider}`],
    ['migrations', migrations === undefined ? 'none' : `${migrations.tool} in ${migrations.directory}`],
    ['smoke', config.smoke.checks.map((check) => check.name ?? check.type).join(', ') || 'none'],
    ['deploy', deploy.strategy === 'canary' ? `canary ${steps(deploy)}` : 'blue-green'],
    ['release', `tags ${config.release.tagPrefix}X.Y.Z, the first ${config.release.initial}`],
  ];
}

function commandLines(commands: readonly (readonly string[])[]): string {
  return commands.map((argv) => argv.join(' ')).join('; ') || 'nothing to run';
}

function steps({ steps: all, hold }: Config['deploy']): string {
  return all
    .map((step) => (typeof step === 'number' ? { weight: step, hold } : { hold, ...step }))
    .map(({ weight, hold: heldMs = hold }) => (weight === 100 ? '100 %' : `${weight} % for ${formatDuration(heldMs)}`))
    .join(', ');
}
