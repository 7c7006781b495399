import { type Config, configSchema } from '../../config/schema.ts';
import { FairwayError } from '../../errors.ts';
import type { ScanSettings } from '../../stages/scan/input.ts';
import type { CommandContext } from './command.ts';
import { loadConfiguration } from './configuration.ts';

/**
 * The policy of a scan. On a pull request it is that of the base branch; where that branch cannot be seen, nothing of
 * the change eases its own judgement.
 */
export function scanSettings(context: CommandContext, config: Config | null): ScanSettings {
  const settings = config?.scan ?? defaults();
  const isOffline = context.flags['offline'] === true;
  const own = isOffline ? { ...settings, database: { ...settings.database, fetch: false } } : settings;
  const isPull = (context.env['GITHUB_EVENT_NAME'] ?? '').startsWith('pull_request');
  const eases = own.waivers.length > 0 || own.vex.length > 0;
  if (!isPull || context.policy !== undefined || !eases) return own;
  context.reporter.report({
    type: 'warning',
    text: 'the base branch cannot be seen, so the waivers and VEX files of this change are not counted (fetch-depth: 0 brings it)',
  });
  return { ...own, waivers: [], vex: [] };
}

/** A scan of something that is no project of ours has the policy that a project begins with. */
function defaults(): ScanSettings {
  const { scan } = configSchema.parse({ app: 'app', scan: {} });
  if (scan === undefined) throw new TypeError('a section that was given is there');
  return scan;
}

/** The configuration, or null where there is none at all. */
export async function configurationIfAny(context: CommandContext) {
  try {
    return await loadConfiguration(context);
  } catch (error) {
    const isAbsent = error instanceof FairwayError && error.code === 'CONFIG_MISSING' && context.configFile === null;
    if (!isAbsent) throw error;
    return null;
  }
}
