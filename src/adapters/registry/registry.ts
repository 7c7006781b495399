import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/image/archive/config.ts';
import { mediaTypes } from '../../domain/image/archive/layout.ts';
import { byDigest, referrersTag, registryPlace } from '../../domain/image/reference.ts';
import { EnvironmentError, InternalError } from '../../errors.ts';
import type { Attachment, HttpResponse, ImageRegistry } from '../../ports.ts';
import { askingRegistry, type AskPorts, type Question } from './ask.ts';

type Ask = (question: Question) => Promise<HttpResponse>;

interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** All forms in which a registry may have an image. */
const images = [
  mediaTypes.manifest,
  mediaTypes.index,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', text: '{}' };
/** Another run may write the list of what is attached at the same time. */
const listAttempts = 3;

export function imageRegistry(ports: AskPorts): ImageRegistry {
  const opened = new Map<string, Ask>();
  const at = (repository: string): Ask => {
    const known = opened.get(repository) ?? askingRegistry(registryPlace(repository), ports);
    opened.set(repository, known);
    return known;
  };
  const placeOf = (image: string) => {
    const parts = byDigest(image);
    if (parts === null) throw new InternalError('IMAGE_NOT_BY_DIGEST', `${image} does not say which image it is`);
    return { ask: at(parts.repository), digest: parts.digest };
  };

  return {
    async resolve(repository, tag) {
      const { status, headers } = await at(repository)({
        method: 'HEAD',
        path: `/manifests/${tag}`,
        accept: images,
        alsoFine: [404],
      });
      return status === 404 ? null : (headers['docker-content-digest'] ?? null);
    },
    async tag(image, tags) {
      const { ask, digest } = placeOf(image);
      const { body, headers } = await ask({ method: 'GET', path: `/manifests/${digest}`, accept: images });
      const type = headers['content-type'] ?? mediaTypes.manifest;
      for (const tag of tags) await ask({ method: 'PUT', path: `/manifests/${tag}`, body: { type, text: body } });
    },
    async attach(image, { artifactType, annotations, content }) {
      const { ask, digest } = placeOf(image);
      const subject = await describe(ask, digest);
      const config = await upload(ask, empty.mediaType, empty.text);
      const layer = await upload(ask, artifactType, content);
      const manifest = {
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        artifactType,
        config,
        layers: [layer],
        subject,
        annotations,
      };
      const text = canonicalJson(manifest);
      const own = {
        mediaType: mediaTypes.manifest,
        digest: sha256(text),
        size: Buffer.byteLength(text),
        artifactType,
        annotations,
      };
      const body = { type: mediaTypes.manifest, text };
      const { headers } = await ask({ method: 'PUT', path: `/manifests/${own.digest}`, body });
      // Who knows referrers says so.
      if (headers['oci-subject'] === undefined) await list(ask, digest, own);
      return own.digest;
    },
    async attachedTo(image) {
      const { ask, digest } = placeOf(image);
      return (await listed(ask, digest)).map(({ digest: own, artifactType = '', annotations = {} }) => ({
        digest: own,
        artifactType,
        annotations,
      }));
    },
    async read(image, attachment) {
      const { ask } = placeOf(image);
      const manifest = await content(ask, attachment);
      if (manifest === null) return null;
      const { layers } = JSON.parse(manifest) as { readonly layers: readonly Described[] };
      const layer = layers[0]?.digest ?? '';
      const { status, body } = await followed(ask, `/blobs/${layer}`);
      if (status === 404) return null;
      if (sha256(body) !== layer) throw corrupted(layer);
      return body;
    },
  };
}

async function content(ask: Ask, { digest }: Attachment): Promise<string | null> {
  const path = `/manifests/${digest}`;
  const { status, body } = await ask({ method: 'GET', path, accept: mediaTypes.manifest, alsoFine: [404] });
  if (status === 404) return null;
  if (sha256(body) !== digest) throw corrupted(digest);
  return body;
}

/** Registries may keep blobs elsewhere. */
async function followed(ask: Ask, path: string): Promise<HttpResponse> {
  const redirects = [301, 302, 303, 307, 308];
  const answer = await ask({ method: 'GET', path, alsoFine: [404, ...redirects] });
  const place = answer.headers['location'];
  if (!redirects.includes(answer.status) || place === undefined) return answer;
  return await ask({ method: 'GET', path: place, alsoFine: [404] });
}

async function describe(ask: Ask, digest: string): Promise<Described> {
  const { headers, body } = await ask({ method: 'GET', path: `/manifests/${digest}`, accept: images });
  return { mediaType: headers['content-type'] ?? mediaTypes.manifest, digest, size: Buffer.byteLength(body) };
}

async function upload(ask: Ask, mediaType: string, text: string): Promise<Described> {
  const digest = sha256(text);
  const described = { mediaType, digest, size: Buffer.byteLength(text) };
  const there = await ask({ method: 'HEAD', path: `/blobs/${digest}`, alsoFine: [404] });
  if (there.status !== 404) return described;
  const { headers } = await ask({
    method: 'POST',
    path: '/blobs/uploads/',
    body: { type: 'application/octet-stream', text: '' },
  });
  const place = headers['location'] ?? '';
  const path = `${place}${place.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  await ask({ method: 'PUT', path, body: { type: 'application/octet-stream', text } });
  return described;
}

/** Keep it in the list under a tag, and see that it stays there. */
async function list(ask: Ask, subject: string, own: Described): Promise<void> {
  for (let attempt = 1; attempt <= listAttempts; attempt += 1) {
    const before = await taggedList(ask, subject);
    if (before.some(({ digest }) => digest === own.digest)) return;
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...before, own] };
    const body = { type: mediaTypes.index, text: canonicalJson(index) };
    await ask({ method: 'PUT', path: `/manifests/${referrersTag(subject)}`, body });
  }
  if ((await taggedList(ask, subject)).some(({ digest }) => digest === own.digest)) return;
  throw new EnvironmentError(
    'REGISTRY_REFUSED',
    `others write the list of what is attached to ${subject} at the same time`,
    {
      hint: 'Run the same command again.',
    },
  );
}

async function listed(ask: Ask, subject: string): Promise<readonly Described[]> {
  const path = `/referrers/${subject}`;
  const { status, body, headers } = await ask({
    method: 'GET',
    path,
    accept: mediaTypes.index,
    alsoFine: [404, 400, 405],
  });
  const isIndex = status === 200 && (headers['content-type'] ?? '').includes(mediaTypes.index);
  return isIndex ? manifestsOf(body) : await taggedList(ask, subject);
}

async function taggedList(ask: Ask, subject: string): Promise<readonly Described[]> {
  const path = `/manifests/${referrersTag(subject)}`;
  const { status, body } = await ask({ method: 'GET', path, accept: mediaTypes.index, alsoFine: [404] });
  return status === 404 ? [] : manifestsOf(body);
}

function manifestsOf(body: string): readonly Described[] {
  const { manifests } = JSON.parse(body) as { readonly manifests?: readonly Described[] };
  return manifests ?? [];
}

const corrupted = (digest: string): EnvironmentError =>
  new EnvironmentError('REGISTRY_CORRUPTED', `what the registry gave for ${digest} is something else`);

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
