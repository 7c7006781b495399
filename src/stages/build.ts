import type { Config } from '../config/schema.ts';
import type { Manifest } from '../domain/artifact/manifest.ts';
import { count, formatBytes } from '../domain/report/quantities.ts';
import type { BuiltArtifact, Engine } from '../engines/engine.ts';
import { commandFailure } from './command-failure.ts';
import { commandText } from './command-text.ts';
import { reportLines } from './output-lines.ts';
import type { StagePorts } from './stage.ts';
import { stage } from './stage.ts';

export interface BuildInput {
  readonly config: Config['build'];
  /** Full object name: the tree of exactly this commit is built. */
  readonly commit: string;
  readonly version: string;
  /** Seconds since 1970; the date of the commit makes the same commit build the same. */
  readonly sourceDateEpoch?: number;
  readonly signal?: AbortSignal;
}

export interface BuildPorts extends StagePorts {
  readonly engine: Engine;
}

/**
 * Build a commit in a clean tree: run the commands, take the folder, keep it under its digest.
 *
 * Throws GateFailed `BUILD_FAILED`, `BUILD_TIMEOUT` and what `Engine.build` throws.
 */
export async function build(input: BuildInput, ports: BuildPorts): Promise<BuiltArtifact> {
  const { config, commit, version, sourceDateEpoch, signal } = input;
  return await stage('build', `Build ${version}`, ports, async (note) => {
    if (config.run.length === 0) note('no build commands are configured: the tree of the commit becomes the release');
    const result = await ports.engine.build({
      commit,
      version,
      run: config.run,
      env: config.env,
      output: config.output,
      dockerfile: config.dockerfile,
      args: config.args,
      timeoutMs: config.timeout,
      ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }),
      ...(signal === undefined ? {} : { signal }),
      onCommand: (argv) => note(`$ ${commandText(argv)}`),
      onLine: reportLines('build', ports.reporter),
    });
    if (result.kind === 'failed') {
      throw commandFailure(result.command, {
        codes: { failed: 'BUILD_FAILED', timedOut: 'BUILD_TIMEOUT' },
        section: 'build',
        commandCount: config.run.length,
        timeoutMs: config.timeout,
      });
    }
    return { value: result.artifact, summary: summary(result.artifact) };
  });
}

function summary(built: BuiltArtifact): string {
  if (!('manifest' in built)) {
    return `image of ${formatBytes(built.sizeBytes)}, ${built.artifact.slice(0, 'image:sha256:'.length + 12)}`;
  }
  const { artifact, manifest } = built;
  const files = manifest.filter(({ kind }) => kind === 'file').length;
  return `${count(files, 'file')}, ${formatBytes(bytesOf(manifest))}, ${artifact.slice(0, 'directory:sha256:'.length + 12)}`;
}

function bytesOf(manifest: Manifest): number {
  return manifest.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
}
