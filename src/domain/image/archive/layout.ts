/** Where the parts of one image lie in an archive. */
export interface ImageParts {
  readonly config: string;
  /** From the lowest on. */
  readonly layers: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The parts of the image in an archive of `docker save` or in an OCI layout; a text when there is not exactly one.
 *
 * `read` answers the text of a member, or null when it is not there. What is attached to the image is none.
 */
export async function imageParts(read: (path: string) => Promise<string | null>): Promise<ImageParts | string> {
  const saved = await read('manifest.json');
  if (saved !== null) return savedParts(JSON.parse(saved));
  const index = await read('index.json');
  if (index === null) return 'it has neither a manifest.json nor an index.json';
  return await ociParts(JSON.parse(index) as Json, read, 0);
}

function savedParts(list: unknown): ImageParts | string {
  const images = Array.isArray(list) ? (list as readonly Json[]) : [];
  const [first] = images;
  if (first === undefined || images.length > 1) return `it holds ${images.length} images`;
  return { config: String(first['Config']), layers: (first['Layers'] as readonly string[] | null) ?? [] };
}

async function ociParts(
  index: Json,
  read: (path: string) => Promise<string | null>,
  depth: number,
): Promise<ImageParts | string> {
  const all = (index['manifests'] as readonly Json[] | undefined) ?? [];
  const images = all.filter((one) => {
    const annotations = (one['annotations'] ?? {}) as Json;
    const platform = (one['platform'] ?? {}) as Json;
    return annotations['vnd.docker.reference.type'] === undefined && platform['os'] !== 'unknown';
  });
  const [first] = images;
  if (first === undefined || images.length > 1) return `it holds ${images.length} images`;
  const text = await read(blobPath(String(first['digest'])));
  if (text === null) return `it lacks the manifest ${String(first['digest'])}`;
  const manifest = JSON.parse(text) as Json;
  if (manifest['manifests'] !== undefined) {
    return depth < 2 ? await ociParts(manifest, read, depth + 1) : 'its indexes are nested too deep';
  }
  const layers = (manifest['layers'] as readonly Json[] | undefined) ?? [];
  return {
    config: blobPath(String((manifest['config'] as Json | undefined)?.['digest'])),
    layers: layers.map((layer) => blobPath(String(layer['digest']))),
  };
}

/** `sha256:abc` -> `blobs/sha256/abc` */
export const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`;

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The manifest of an image, uncompressed layers in their order. */
export function imageManifest(config: Descriptor, layers: readonly Descriptor[]): object {
  return { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
}
