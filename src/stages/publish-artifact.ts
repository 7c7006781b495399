import type { Config } from '../config/schema.ts';
import { imageTags, plainFlavor } from '../domain/image/tags/image-tags.ts';
import { parseTagRule, type TagRule } from '../domain/image/tags/rule.ts';
import type { Engine } from '../engines/engine.ts';
import { ConfigError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { attachDocuments, type Document, type DocumentPorts, documentsOf } from './documents.ts';

export interface PublishInput {
  readonly config: Config;
  readonly source: { readonly version: string; readonly commit: string; readonly epochSeconds: number };
  /** `image:sha256:...` or `directory:sha256:...` */
  readonly artifact: string;
  /** The tag of git that the release gets. */
  readonly tag: string;
}

export interface PublishPorts extends Omit<DocumentPorts, 'engine'> {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Keep a document of the application outside of the work tree; answers where. */
  readonly keepDocument: (name: string, content: string) => Promise<string>;
}

export interface PublishedArtifact {
  /** `repository@sha256:...`; null without a registry. */
  readonly image: string | null;
  /** Tags of the registry that stand for it now. */
  readonly tags: readonly string[];
  readonly documents: readonly Document[];
  /** Where they lie on this machine. */
  readonly files: readonly string[];
}

/**
 * After the promotion and before the tag of git: the artifact where every host finds it, with its tags and with what
 * is to be known of it. Repeated, it does what is missing.
 *
 * Throws what `Engine.publish` and `ImageRegistry` throw.
 */
export async function publishArtifact(input: PublishInput, ports: PublishPorts): Promise<PublishedArtifact> {
  const { config, source, artifact } = input;
  const say = (text: string): void => ports.reporter.report({ type: 'note', stage: 'release', text });
  const image = await ports.engine.publish(artifact, source.version);
  if (image !== null) say(`${source.version} is ${image}`);
  const built = await ports.engine.find(artifact);
  const documents = built === null ? [] : await documentsOf({ config, source, artifact: built, image }, ports);
  const files: string[] = [];
  for (const { name, content } of documents) files.push(await ports.keepDocument(name, content));
  if (image === null) return { image, tags: [], documents, files };
  await attachDocuments(image, documents, ports);
  if (documents.length > 0) say(`attached to it: ${documents.map(({ name }) => name).join(', ')}`);
  const { tags, remarks } = tagsOf(input, ports.clock.now());
  for (const remark of remarks) say(remark);
  if (tags.length > 0) await ports.registry.tag(image, tags);
  if (tags.length > 0) say(`tagged ${tags.join(', ')}`);
  return { image, tags, documents, files };
}

function tagsOf({ config, source, tag }: PublishInput, now: Date) {
  return imageTags(
    tagRules(config),
    { ...plainFlavor, latest: config.image.latest },
    {
      ref: `refs/tags/${tag}`,
      isScheduled: false,
      commit: source.commit,
      defaultBranch: null,
      baseRef: '',
      now,
      commitDate: new Date(source.epochSeconds * 1_000),
    },
  );
}

/** Throws ConfigError `IMAGE_TAGS_INVALID`. */
export function tagRules({ image }: Pick<Config, 'image'>): readonly TagRule[] {
  const read = image.tags.map(parseTagRule);
  const problems = read.flatMap((rule, at) =>
    typeof rule === 'string' ? [{ path: `image.tags[${at}]`, message: rule, value: image.tags[at] }] : [],
  );
  const [first] = problems;
  if (first === undefined) return read.filter((rule) => typeof rule !== 'string');
  throw new ConfigError('IMAGE_TAGS_INVALID', `${first.path}: ${first.message}`, {
    hint: 'Write them as docker/metadata-action does, such as type=semver,pattern={{version}}.',
    problems,
  });
}
