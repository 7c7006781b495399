import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An image with a list of Debian packages and nothing else: `name=version`. */
export interface TinyImage {
  /** As `docker save` writes it. */
  readonly saved: string;
  /** The same as an OCI layout in a tar file. */
  readonly layout: string;
}

/** Write one image in both forms below `folder`, which must exist. */
export function tinyImage(folder: string, packages: readonly string[]): TinyImage {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
  writeFileSync(join(root, 'etc/debian_version'), '12.0\n');
  writeFileSync(join(root, 'var/lib/dpkg/status'), packages.map(packageStatus).join('\n'));
  const tar = (to: string, from: string, ...names: readonly string[]): void =>
    void execFileSync('tar', ['--sort=name', '--owner=0', '--group=0', '-cf', to, '-C', from, ...names]);
  const parts = join(folder, 'parts');
  mkdirSync(join(parts, 'blobs/sha256'), { recursive: true });
  tar(join(parts, 'layer.tar'), root, 'etc', 'var');
  const blob = (content: Buffer | string): { readonly digest: string; readonly size: number } => {
    const bytes = Buffer.from(content);
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(parts, 'blobs/sha256', hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const layer = blob(execFileSync('cat', [join(parts, 'layer.tar')], { maxBuffer: 64 * 1024 * 1024 }));
  const config = blob(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      config: {},
    }),
  );
  const type = 'application/vnd.oci.image';
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, ...config },
      layers: [{ mediaType: `${type}.layer.v1.tar`, ...layer }],
    }),
  );
  const index = { schemaVersion: 2, manifests: [{ mediaType: `${type}.manifest.v1+json`, ...manifest }] };
  writeFileSync(join(parts, 'index.json'), JSON.stringify(index));
  writeFileSync(join(parts, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(parts, 'config.json'), execFileSync('cat', [join(parts, 'blobs/sha256', config.digest.slice(7))]));
  const saved = [{ Config: 'config.json', RepoTags: ['shop:1'], Layers: ['layer.tar'] }];
  writeFileSync(join(parts, 'manifest.json'), JSON.stringify(saved));
  const image = { saved: join(folder, 'saved.tar'), layout: join(folder, 'layout.tar') };
  tar(image.saved, parts, 'manifest.json', 'config.json', 'layer.tar');
  tar(image.layout, parts, 'oci-layout', 'index.json', 'blobs');
  return image;
}

/** As the list of installed packages has it. */
export function packageStatus(nameAndVersion: string): string {
  const [name = '', version = ''] = nameAndVersion.split('=');
  return [
    `Package: ${name}`,
    'Status: install ok installed',
    'Architecture: amd64',
    'Maintainer: nobody <nobody@example.com>',
    `Source: ${name}`,
    `Version: ${version}`,
    'Description: of a test',
    '',
  ].join('\n');
}
