import type { AppStatus } from '../domain/rollout/messages.ts';
import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Repository } from '../ports.ts';
import { build, type BuildConfig, type BuildPorts } from './build.ts';
import { commitEpoch } from './source.ts';

/**
 * The release that serves, ready to be started again: exactly its artifact, by digest.
 *
 * When the artifact is gone it is built again from its commit, and the output says so. Null when nothing serves.
 */
export async function oldRelease(
  input: { readonly config: BuildConfig; readonly status: AppStatus | null; readonly signal: AbortSignal },
  ports: BuildPorts & { readonly repository: Repository },
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
  const sourceDateEpoch = await commitEpoch(commit, ports.repository);
  const rebuilt = await build({ config: input.config, version, commit, sourceDateEpoch, signal: input.signal }, ports);
  return { ...stable.spec, artifact: rebuilt.artifact, location: rebuilt.location };
}
