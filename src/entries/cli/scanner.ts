import { join } from 'node:path';
import { dockerCommand } from '../../adapters/docker/connections.ts';
import { trivyScanner } from '../../adapters/scanner/trivy.ts';
import type { BuiltArtifact } from '../../engines/engine.ts';
import type { Scanner, ScanSubject } from '../../ports.ts';
import type { ScanPlaces } from '../../stages/scan/artifact.ts';
import { attachedBase } from '../../stages/scan/attached.ts';
import { openKept } from '../../stages/scan/kept.ts';
import type { CommandContext } from './command.ts';
import type { Project } from './project.ts';
import { openPublishing } from './publishing.ts';
import type { World } from './world.ts';

/** Trivy, as FAIRWAY_TRIVY names it or as it is found on PATH; its database lies in our own cache. */
export function openScanner(context: Pick<CommandContext, 'env' | 'cacheDirectory'>, world: World): Scanner {
  const { env, cacheDirectory } = context;
  return trivyScanner(
    {
      program: env['FAIRWAY_TRIVY'] || 'trivy',
      path: env['PATH'] ?? '',
      cacheDirectory: join(cacheDirectory, 'trivy'),
      scratch: world.orphans.scratch,
      docker: dockerCommand(env),
    },
    world,
  );
}

/** The scanner of a project, and what its scans keep. */
export function openScans(project: Project): {
  readonly scanner: Scanner;
  readonly scans: ScanPlaces;
} {
  const { context, world, config, scope, directory } = project;
  const places = join(context.stateDirectory, 'scans', scope.app);
  const host = (config.target?.type === 'docker' ? config.target.host : undefined) ?? context.env['DOCKER_HOST'];
  const subjectOf = (artifact: BuiltArtifact): ScanSubject =>
    'manifest' in artifact
      ? { kind: 'directory', path: artifact.location }
      : { kind: 'image', reference: artifact.location, host: host || null };
  return {
    scanner: openScanner(context, world),
    scans: { directory, kept: openKept(places, world.files), subjectOf, attached: attachedIn(project, places) },
  };
}

/** The registry of the project is asked for the SBOM of a version; null without one. */
function attachedIn(project: Project, folder: string): ScanPlaces['attached'] {
  const repository = project.config.build.registry?.repository;
  if (repository === undefined) return null;
  const { registry } = openPublishing(project);
  return async (version) =>
    await attachedBase({ repository, version }, `${folder}/attached`, { registry, files: project.world.files });
}
