import type { Config } from '../config/schema.ts';
import type { Manifest } from '../domain/artifact/manifest.ts';
import { count, formatBytes } from '../domain/report/quantities.ts';
import type { BuiltArtifact, Engine, ImageRequest } from '../engines/engine.ts';
import type { ImageRegistry, Secrets } from '../ports.ts';
import { commandFailure } from './command-failure.ts';
import { commandText } from './command-text.ts';
import { type ImageReport, judgeImage, type LastRelease, reportOnImage } from './image-report.ts';
import { reportLines } from './output-lines.ts';
import type { StagePorts } from './stage.ts';
import { stage } from './stage.ts';

export type BuildConfig = Pick<Config, 'app' | 'build' | 'image' | 'processes'>;

export interface BuildInput {
  readonly config: BuildConfig;
  /** Full object name: the tree of exactly this commit is built. */
  readonly commit: string;
  readonly version: string;
  /** Seconds since 1970; the date of the commit makes the same commit build the same. */
  readonly sourceDateEpoch?: number;
  readonly signal?: AbortSignal;
  /** What is known of an image, and against what it is judged; without it, it is only built. */
  readonly judge?: {
    readonly previous: LastRelease | null;
    readonly onImage: (report: ImageReport) => void;
  };
}

export interface BuildPorts extends StagePorts {
  readonly engine: Engine;
  readonly secrets: Secrets;
  readonly registry?: ImageRegistry;
}

/**
 * Build a commit in a clean tree: run the commands, take the folder, keep it under its digest.
 *
 * Throws GateFailed `BUILD_FAILED`, `BUILD_TIMEOUT`, `IMAGE_POLICY`, `IMAGE_TOO_LARGE` and what `Engine.build` throws.
 */
export async function build(input: BuildInput, ports: BuildPorts): Promise<BuiltArtifact> {
  const { commit, version, sourceDateEpoch, signal } = input;
  const { build: config } = input.config;
  return await stage('build', `Build ${version}`, ports, async (note) => {
    const image = await imageRequest(input, ports.secrets);
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
      image,
      onRemark: (text) => ports.reporter.report({ type: 'warning', text }),
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
    const { artifact, dockerfile = null } = result;
    if (input.judge !== undefined) {
      const question = {
        ...input.judge,
        config: input.config,
        artifact,
        dockerfile,
        epochSeconds: sourceDateEpoch ?? 0,
      };
      const report = await reportOnImage(question, ports);
      if (report !== null) {
        input.judge.onImage(report);
        judgeImage(report, input.config, ports, note);
      }
    }
    return { value: artifact, summary: summary(artifact) };
  });
}

/** Throws ConfigError `SECRET_MISSING`. */
async function imageRequest({ config }: BuildInput, secrets: Secrets): Promise<ImageRequest> {
  const { app, build: own, image } = config;
  const values: Record<string, string> = {};
  for (const [id, reference] of Object.entries(own.secrets)) values[id] = await secrets.resolve(reference);
  return {
    kind: own.kind ?? null,
    target: own.target ?? null,
    platform: own.platform ?? null,
    secrets: values,
    ssh: own.ssh,
    labels: { 'org.opencontainers.image.title': app, ...image.labels },
  };
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
