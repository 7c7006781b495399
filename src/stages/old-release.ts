import type { Config } from '../config/schema.ts';
import type { AppStatus } from '../domain/rollout/messages.ts';
import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Engine } from '../engines/engine.ts';
import { build } from './build.ts';
import type { StagePorts } from './stage.ts';

/**
 * The release that serves, ready to be started again: exactly its artifact, by digest.
 *
 * When the artifact is gone it is built again from its commit, and the output says so. Null when nothing serves.
 */
export async function oldRelease(
  input: { readonly config: Pick<Config, 'build'>; readonly status: AppStatus | null; readonly signal: AbortSignal },
  ports: StagePorts & { readonly engine: Engine },
): Promise<ReleaseSpec | null> {
  const stable = input.status?.stable;
  if (stable == null) return null;
  const found = await ports.engine.find(stable.artifact);
  if (found !== null) return { ...stable.spec, location: found.location };
  const { version, commit } = stable;
  ports.reporter.report({
    type: 'warning',
    text: `the artifact of ${version} is gone: building it again from ${commit.slice(0, 7)} for the rehearsal`,
  });
  const rebuilt = await build({ config: input.config.build, version, commit, signal: input.signal }, ports);
  return { ...stable.spec, artifact: rebuilt.artifact, location: rebuilt.location };
}
