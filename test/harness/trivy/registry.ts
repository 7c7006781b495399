import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Advisory, writeDatabase } from './database.ts';

export interface DatabaseRegistry {
  /** `127.0.0.1:PORT/trivy-db:2` */
  readonly mirror: string;
  /** How many requests came. */
  readonly asked: () => number;
  /** Resolves with the next request. */
  nextRequest(): Promise<void>;
  close(): Promise<void>;
}

/** Like a registry that has Trivy's database: it gives it, says that we ask too often, or never answers. */
export async function databaseRegistry(
  manner: 'gives' | 'limits' | 'hangs',
  advisories: readonly Advisory[] = [],
): Promise<DatabaseRegistry> {
  const layer = manner === 'gives' ? layerOf(advisories) : Buffer.alloc(0);
  const config = Buffer.from('{}');
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.aquasec.trivy.config.v1+json',
        digest: digest(config),
        size: config.length,
      },
      layers: [
        {
          mediaType: 'application/vnd.aquasec.trivy.db.layer.v1.tar+gzip',
          digest: digest(layer),
          size: layer.length,
          // Without a name for the file it is not taken.
          annotations: { 'org.opencontainers.image.title': 'db.tar.gz' },
        },
      ],
    }),
  );
  let asked = 0;
  let wake: () => void = () => undefined;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked += 1;
    wake();
    if (manner === 'hangs') return;
    if (manner === 'limits') {
      send(
        response,
        429,
        Buffer.from('{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}'),
        'application/json',
      );
      return;
    }
    if (path.includes('/manifests/')) send(response, 200, manifest, 'application/vnd.oci.image.manifest.v1+json');
    else if (path.endsWith(digest(layer))) send(response, 200, layer, 'application/octet-stream');
    else if (path.endsWith(digest(config))) send(response, 200, config, 'application/json');
    else send(response, 200, Buffer.from('{}'), 'application/json');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    mirror: `127.0.0.1:${(server.address() as AddressInfo).port}/trivy-db:2`,
    asked: () => asked,
    nextRequest: async () => await new Promise((resolve) => (wake = resolve)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function layerOf(advisories: readonly Advisory[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-trivy-db-'));
  try {
    writeDatabase(folder, advisories);
    execFileSync('tar', ['-czf', join(folder, 'db.tar.gz'), '-C', join(folder, 'db'), 'trivy.db', 'metadata.json']);
    return readFileSync(join(folder, 'db.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function send(response: ServerResponse, status: number, body: Buffer, type: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': body.length,
    'docker-content-digest': digest(body),
  });
  response.end(body);
}

const digest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
