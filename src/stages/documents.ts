import type { Config } from '../config/schema.ts';
import { canonicalJson } from '../domain/image/archive/config.ts';
import { type Builder, predicateType, provenance, statementType } from '../domain/image/provenance.ts';
import { billTypes, steadyBill } from '../domain/image/sbom.ts';
import type { BuiltArtifact, Engine } from '../engines/engine.ts';
import type { Files, ImageRegistry, Repository, Reporter, Scanner } from '../ports.ts';
import { normalOf } from './image-report.ts';
import type { ScanPlaces } from './scan/artifact.ts';

/** A file that says something of an artifact. */
export interface Document {
  readonly name: string;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly content: string;
}

export interface DocumentInput {
  readonly config: Config;
  readonly source: { readonly version: string; readonly commit: string; readonly epochSeconds: number };
  readonly artifact: BuiltArtifact;
  /** Under which a registry serves it, `repository@sha256:...`; null without one. */
  readonly image: string | null;
}

export interface DocumentPorts {
  readonly engine: Pick<Engine, 'name'>;
  readonly scanner: Scanner;
  readonly scans: Pick<ScanPlaces, 'subjectOf'>;
  readonly files: Files;
  readonly repository: Pick<Repository, 'remoteUrl'>;
  readonly registry: ImageRegistry;
  readonly builder: Builder;
  readonly reporter: Reporter;
  readonly scratch: (purpose: string) => string;
}

const sbomTimeoutMs = 300_000;

/** Bills of materials and provenance of an artifact: the same artifact gives the same ones. */
export async function documentsOf(input: DocumentInput, ports: DocumentPorts): Promise<readonly Document[]> {
  const bills = await billsOf(input, ports);
  return input.config.image.provenance ? [...bills, await provenanceOf(input, ports)] : bills;
}

async function billsOf(input: DocumentInput, ports: DocumentPorts): Promise<readonly Document[]> {
  const { config, artifact, source } = input;
  const { scanner, scans, files } = ports;
  if (config.image.sbom.length === 0) return [];
  const say = (text: string): void => ports.reporter.report({ type: 'note', stage: 'release', text });
  if ((await scanner.find()) === null) {
    say(`no bill of materials: ${scanner.name} is not installed here`);
    return [];
  }
  const folder = ports.scratch('sbom');
  await files.makeDirectory(folder, 0o700);
  try {
    const found: Document[] = [];
    for (const format of config.image.sbom) {
      const path = `${folder}/${format}.json`;
      const written = await scanner.sbom(scans.subjectOf(artifact), format, { path, timeoutMs: sbomTimeoutMs });
      const about = { artifact: artifact.artifact, epochSeconds: source.epochSeconds };
      const text = written.kind === 'failed' ? null : steadyBill(format, await files.readText(path), about);
      if (text === null) {
        say(
          `no bill of materials as ${format}: ${written.kind === 'failed' ? written.reason : 'what the scanner wrote is none'}`,
        );
        continue;
      }
      const { artifactType, ending } = billTypes[format];
      found.push({
        name: `${nameOf(input)}.${ending}`,
        artifactType,
        annotations: annotationsOf(input),
        content: text,
      });
    }
    return found;
  } finally {
    await files.remove(folder);
  }
}

async function provenanceOf(input: DocumentInput, ports: DocumentPorts): Promise<Document> {
  const { config, source, artifact, image } = input;
  const { build, release, app } = config;
  const subjects = [
    ...(image === null ? [] : [{ name: image.split('@')[0] ?? image, sha256: image.split('@sha256:')[1] ?? '' }]),
    { name: `${app} ${source.version}`, sha256: artifact.artifact.split(':').at(-1) ?? '' },
  ];
  const isImage = !('manifest' in artifact);
  const statement = provenance(
    {
      app,
      ...source,
      source: await ports.repository.remoteUrl(release.remote),
      engine: ports.engine.name,
      commands: build.run,
      dockerfile: isImage ? build.dockerfile : null,
      target: build.target ?? null,
      platform: build.platform ?? null,
      args: isImage ? build.args : {},
      secretNames: Object.keys(build.secrets),
      subjects,
      layers: normalOf(artifact)?.layers ?? [],
    },
    ports.builder,
  );
  return {
    name: `${nameOf(input)}.intoto.jsonl`,
    artifactType: statementType,
    annotations: { ...annotationsOf(input), 'in-toto.io/predicate-type': predicateType },
    content: `${canonicalJson(statement)}\n`,
  };
}

const nameOf = ({ config, source }: DocumentInput): string => `${config.app}-${source.version.replaceAll('+', '_')}`;

const annotationsOf = ({ source }: DocumentInput): Readonly<Record<string, string>> => ({
  'org.opencontainers.image.created': new Date(source.epochSeconds * 1_000).toISOString(),
  'org.opencontainers.image.revision': source.commit,
  'org.opencontainers.image.version': source.version,
});

/**
 * Attach documents to an image in its registry; what hangs there already stays the only one of its kind.
 *
 * Answers the digests of those that hang there now.
 */
export async function attachDocuments(
  image: string,
  documents: readonly Document[],
  { registry }: Pick<DocumentPorts, 'registry'>,
): Promise<readonly string[]> {
  if (documents.length === 0) return [];
  const there = await registry.attachedTo(image);
  const digests: string[] = [];
  for (const document of documents) {
    const before = there.find(({ artifactType }) => artifactType === document.artifactType);
    digests.push(before?.digest ?? (await registry.attach(image, document)));
  }
  return digests;
}

/** What hangs on a released image, read back from the registry that holds it, by the digest alone. */
export async function attachedTo(
  image: string,
  { registry }: Pick<DocumentPorts, 'registry'>,
): Promise<readonly Omit<Document, 'name'>[]> {
  const found: Omit<Document, 'name'>[] = [];
  for (const attachment of await registry.attachedTo(image)) {
    const content = await registry.read(image, attachment);
    if (content !== null) found.push({ ...attachment, content });
  }
  return found;
}
