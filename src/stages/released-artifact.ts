import type { AgentStatus } from '../domain/rollout/messages.ts';
import type { BuiltArtifact, Engine } from '../engines/engine.ts';
import { EnvironmentError } from '../errors.ts';
import { stage, type StagePorts } from './stage.ts';

export interface ReleaseInput {
  readonly app: string;
  readonly version: string;
  readonly commit: string;
  /** What the agent of this host knows of all environments. */
  readonly status: AgentStatus | null;
}

/**
 * The very artifact of a release that was published before: nothing is built.
 *
 * Throws EnvironmentError `RELEASE_ARTIFACT_MISSING` and what `Engine.findRelease` throws.
 */
export async function releasedArtifact(
  { app, version, commit, status }: ReleaseInput,
  ports: StagePorts & { readonly engine: Engine },
): Promise<BuiltArtifact> {
  return await stage('artifact', `find ${version} as it was released`, ports, async () => {
    const kept = (status?.apps ?? []).filter((one) => one.app === app).flatMap(({ releases }) => releases);
    const proven = kept.find(
      (release) => release.version === version && release.commit === commit && release.published,
    );
    const found = await ports.engine.findRelease({ version, commit, artifact: proven?.artifact ?? null });
    if (found !== null) return { value: found, summary: found.artifact };
    throw new EnvironmentError(
      'RELEASE_ARTIFACT_MISSING',
      `the artifact of ${version} (${commit.slice(0, 7)}) is nowhere to be found: neither on this host, in a registry nor on the engine of another environment`,
      { hint: 'Name the registry under build.registry, or ship the commit again.' },
    );
  });
}
