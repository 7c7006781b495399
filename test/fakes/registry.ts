import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRegistry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Method and path of each request, in their order. */
  readonly asked: readonly string[];
  /** What the next requests are answered with before anything else. */
  trouble: { status: number; headers?: Readonly<Record<string, string>> }[];
  /** Only who has this login gets a token, and only who has a token is let in. */
  login: { user: string; password: string } | null;
  close(): Promise<void>;
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry in memory that knows referrers, as newer ones do, and can be made to refuse. */
export async function openFakeRegistry(): Promise<FakeRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { readonly type: string; readonly body: Buffer }>();
  const asked: string[] = [];
  const parts: Buffer[] = [];
  const token = 'let-me-in';

  const fake: FakeRegistry = {
    address: '',
    asked,
    trouble: [],
    login: null,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function answer(request: IncomingMessage, body: Buffer): Answer {
    const url = new URL(request.url ?? '/', 'http://registry');
    asked.push(`${request.method} ${url.pathname}`);
    if (url.pathname === '/token') return tokenFor(request.headers.authorization, url);
    if (url.pathname === '/v2/' && fake.login === null) return { status: 200, headers: {}, body: '{}' };
    const trouble = fake.trouble.shift();
    if (trouble !== undefined) return { status: trouble.status, headers: trouble.headers ?? {}, body: '' };
    if (fake.login !== null && request.headers.authorization !== `Bearer ${token}`) {
      const realm = `Bearer realm="http://${fake.address}/token",service="fake",scope="repository:shop:pull,push"`;
      return { status: 401, headers: { 'www-authenticate': realm }, body: '' };
    }
    const [, kind = '', name = ''] =
      /^\/v2\/shop\/(blobs|manifests|referrers|blobs\/uploads)\/([^/]*)$/.exec(url.pathname) ?? [];
    if (kind === 'blobs/uploads' && request.method === 'POST') {
      return { status: 202, headers: { location: '/v2/shop/blobs/uploads/1', 'docker-upload-uuid': '1' }, body: '' };
    }
    if (kind === 'blobs/uploads' && request.method === 'PATCH') {
      parts.push(body);
      return {
        status: 202,
        headers: { location: '/v2/shop/blobs/uploads/1', range: `0-${body.length - 1}`, 'docker-upload-uuid': '1' },
        body: '',
      };
    }
    if (kind === 'blobs/uploads') {
      const whole = [...parts.filter((part) => sha256(part) === url.searchParams.get('digest')), body];
      blobs.set(url.searchParams.get('digest') ?? '', whole[0] ?? body);
      return { status: 201, headers: { 'docker-content-digest': url.searchParams.get('digest') ?? '' }, body: '' };
    }
    if (kind === 'manifests' && request.method === 'PUT') return put(name, request.headers['content-type'] ?? '', body);
    if (kind === 'referrers') return referrers(name);
    const found = kind === 'blobs' ? blobs.get(name) : manifests.get(name)?.body;
    if (found === undefined) return { status: 404, headers: {}, body: '' };
    const type = kind === 'blobs' ? 'application/octet-stream' : (manifests.get(name)?.type ?? '');
    return { status: 200, headers: { 'content-type': type, 'docker-content-digest': sha256(found) }, body: found };
  }

  function tokenFor(authorization: string | undefined, url: URL): Answer {
    const { user, password } = fake.login ?? { user: '', password: '' };
    const isRight = authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const isAsked = url.searchParams.get('scope') === 'repository:shop:pull,push';
    return { status: isRight && isAsked ? 200 : 401, headers: {}, body: JSON.stringify({ token }) };
  }

  function put(name: string, type: string, body: Buffer): Answer {
    manifests.set(name, { type, body });
    manifests.set(sha256(body), { type, body });
    const { subject } = JSON.parse(body.toString()) as { subject?: { digest: string } };
    const digest = { 'docker-content-digest': sha256(body) };
    return {
      status: 201,
      headers: { ...digest, ...(subject === undefined ? {} : { 'oci-subject': subject.digest }) },
      body: '',
    };
  }

  function referrers(digest: string): Answer {
    const found = [...manifests].flatMap(([name, { type, body }]) => {
      if (!name.startsWith('sha256:')) return [];
      const { subject, artifactType, annotations } = JSON.parse(body.toString()) as Record<string, { digest: string }>;
      return subject?.digest === digest
        ? [{ mediaType: type, digest: name, size: body.length, artifactType, annotations }]
        : [];
    });
    const type = 'application/vnd.oci.image.index.v1+json';
    return { status: 200, headers: { 'content-type': type }, body: JSON.stringify({ manifests: found }) };
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, headers, body } = answer(request, Buffer.concat(chunks));
      const length = { 'content-length': String(Buffer.byteLength(body)) };
      response.writeHead(status, { ...length, ...headers }).end(request.method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, { address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Put an image without layers there; answers `repository@sha256:...`. */
export async function putImage(
  address: string,
  name = 'shop',
  tag = '1.0.0',
  text = '{"architecture":"amd64","os":"linux"}',
): Promise<string> {
  const config = Buffer.from(text);
  const base = `http://${address}/v2/${name}`;
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', base);
  place.searchParams.set('digest', sha256(config));
  await fetch(place, { method: 'PUT', body: config, headers: { 'content-type': 'application/octet-stream' } });
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const described = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: sha256(config),
    size: config.length,
  };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: type, config: described, layers: [] });
  const put = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': type },
  });
  if (!put.ok) throw new Error(`${put.status} ${await put.text()}`);
  return `${address}/${name}@${sha256(Buffer.from(manifest))}`;
}
