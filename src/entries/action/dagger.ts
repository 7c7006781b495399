import { join } from 'node:path';
import { daggerDownloads, pinnedDagger } from '../../adapters/dagger/pinned-cli.ts';
import { nodeExec } from '../../adapters/node/exec.ts';
import { nodeOrphans } from '../../adapters/node/orphans.ts';
import { cacheDirectory, type Environment, stateDirectory } from '../../adapters/node/paths.ts';
import { createMask } from '../../domain/secrets/mask.ts';

/** Variables for an engine of the wanted version. An engine that the job names itself stays the one that is used. */
export async function daggerFor(
  wanted: string,
  env: Environment,
  say: (text: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const given = await pinnedDagger({
    wanted,
    platform: `${process.platform}-${process.arch}`,
    toolCache: env['RUNNER_TOOL_CACHE'] || join(cacheDirectory(env), 'tools'),
    base: env['FAIRWAY_DAGGER_MIRROR'] || daggerDownloads,
    exec: nodeExec({ env, mask: createMask(), orphans: nodeOrphans(stateDirectory(env)) }),
    say,
  });
  return Object.fromEntries(Object.entries(given).filter(([name]) => (env[name] ?? '') === ''));
}
