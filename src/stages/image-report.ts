import { breachesOf, type PolicyFinding } from '../domain/image/policy.ts';
import { layersIn, statementType } from '../domain/image/provenance.ts';
import { imageTag } from '../domain/image/reference.ts';
import { sizeLine, type SizeReport, sizeReport } from '../domain/image/size.ts';
import type { BuiltArtifact, Engine, UsedDockerfile } from '../engines/engine.ts';
import { EnvironmentError, GateFailed } from '../errors.ts';
import type { Clock, ImageRegistry, NormalImage, Reporter } from '../ports.ts';
import type { BuildConfig } from './build.ts';

/** What the result of a build says of its image. */
export interface ImageReport {
  readonly manifestDigest: string;
  readonly size: SizeReport;
  readonly policy: readonly PolicyFinding[];
}

export interface LastRelease {
  readonly artifact: string;
  readonly version: string;
}

export interface ImageQuestion {
  readonly config: BuildConfig;
  readonly artifact: BuiltArtifact;
  readonly dockerfile: UsedDockerfile | null;
  /** The last release; null when there is none. */
  readonly previous: LastRelease | null;
  readonly epochSeconds: number;
}

export interface ImagePorts {
  readonly engine: Pick<Engine, 'find'>;
  /** Where another machine may have kept what is known of the last release. */
  readonly registry?: Pick<ImageRegistry, 'resolve' | 'attachedTo' | 'read'>;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** Size and rules of an image that was just built; null for what is none. */
export async function reportOnImage(question: ImageQuestion, ports: ImagePorts): Promise<ImageReport | null> {
  const normal = normalOf(question.artifact);
  if (normal === null) return null;
  const { config, dockerfile, previous } = question;
  const last = previous === null ? null : await layersOf(previous, config, ports);
  const { growth, maxMegabytes } = config.image.size;
  const size = sizeReport(normal.layers, last, {
    growth,
    maxBytes: maxMegabytes === undefined ? null : maxMegabytes * 1e6,
  });
  const withTraffic = Object.values(config.processes).filter(({ traffic }) => traffic);
  const policy = breachesOf(
    {
      config: normal.config,
      dockerfile: dockerfile?.isGenerated === false ? { ...dockerfile, path: placeOf(config, dockerfile.path) } : null,
      args: config.build.args,
      target: config.build.target ?? null,
      isReadyByPath: withTraffic.length > 0 && withTraffic.every(({ ready }) => ready.path !== undefined),
      epochSeconds: question.epochSeconds,
      nowSeconds: Math.floor(ports.clock.now().getTime() / 1_000),
    },
    config.image.policy,
  );
  return { manifestDigest: normal.manifestDigest, size, policy };
}

/** As this machine noted them when it built that image, else as its provenance in the registry tells. */
async function layersOf(
  { artifact, version }: LastRelease,
  { build }: BuildConfig,
  { engine, registry }: ImagePorts,
): Promise<NormalImage['layers'] | null> {
  const kept = normalOf(await engine.find(artifact));
  const repository = build.registry?.repository;
  if (kept !== null || registry === undefined || repository === undefined) return kept?.layers ?? null;
  try {
    const digest = await registry.resolve(repository, imageTag(version));
    const image = `${repository}@${digest ?? ''}`;
    const attached = digest === null ? [] : await registry.attachedTo(image);
    const statement = attached.find(({ artifactType }) => artifactType === statementType);
    const text = statement === undefined ? null : await registry.read(image, statement);
    return text === null ? null : layersIn(text);
  } catch (error) {
    // To compare is a service to people, and no build fails for it.
    if (error instanceof EnvironmentError) return null;
    throw error;
  }
}

/** Warnings for what is only told; throws GateFailed `IMAGE_POLICY`, `IMAGE_TOO_LARGE` for what is refused. */
export function judgeImage(
  { size, policy }: ImageReport,
  { image }: BuildConfig,
  ports: ImagePorts,
  note: (text: string) => void,
): void {
  note(`image: ${sizeLine(size)}`);
  const warn = (text: string): void => ports.reporter.report({ type: 'warning', text });
  for (const one of policy) if (one.severity === 'warn') warn(`${place(one)}${one.message}`);
  const refused = policy.filter(({ severity }) => severity === 'gate');
  const [first] = refused;
  if (first !== undefined) {
    const lines = refused.map((one) => `\n  ${place(one)}${one.message}`).join('');
    throw new GateFailed(
      'IMAGE_POLICY',
      `the image breaks ${refused.length === 1 ? 'a rule' : `${refused.length} rules`}:${lines}`,
      {
        hint: first.mend,
        facts: { policy: refused },
      },
    );
  }
  if (size.exceeded === null || image.size.exceeded === 'off') return;
  const text = `the image is too large: ${size.exceeded}`;
  if (image.size.exceeded === 'warn') return warn(text);
  throw new GateFailed('IMAGE_TOO_LARGE', text, {
    hint: 'Find the layer that grew in the result of the build, or raise image.size.',
    facts: { size },
  });
}

const place = ({ file, line }: PolicyFinding): string =>
  file === null ? '' : `${file}${line === null ? '' : `:${line}`}: `;

const placeOf = ({ build }: BuildConfig, path: string): string =>
  build.output === '.' ? path : `${build.output.replace(/\/$/, '')}/${path}`;

export const normalOf = (artifact: BuiltArtifact | null): NormalImage | null =>
  artifact !== null && 'normal' in artifact ? artifact.normal : null;
