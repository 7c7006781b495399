import type { Client, Container, Directory, File, ReturnType } from '@dagger.io/dagger';

/** What is looked at: an image as OCI archive, a source tree, or the SBOM of an earlier release. */
export type Subject =
  | { readonly kind: 'image'; readonly archive: File }
  | { readonly kind: 'filesystem'; readonly directory: Directory }
  | { readonly kind: 'sbom'; readonly file: File };

export interface ScanRun {
  /** Image of Trivy, by digest. */
  readonly scanner: Container;
  /** Trivy's cache folder with its database; without one Trivy fetches it. */
  readonly database?: Directory;
  readonly scanners: readonly string[];
  /** Minutes for one scan. */
  readonly timeoutMinutes: number;
}

const report = '/fairway/report.json';
const cache = '/fairway/cache';

/**
 * A container in which the scan ran, however it ended: the verdict is made from the report, never from an exit code.
 */
export function scanned(client: Client, subject: Subject, run: ScanRun): Container {
  const [place, prepared] = placed(subject, run.scanner.withDirectory('/fairway', client.directory()));
  const ready =
    run.database === undefined
      ? prepared.withMountedCache(cache, client.cacheVolume('fairway-trivy'))
      : prepared.withDirectory(cache, run.database);
  const offline = run.database === undefined ? [] : ['--skip-db-update', '--skip-java-db-update', '--offline-scan'];
  const scanners = subject.kind === 'sbom' ? [] : ['--scanners', run.scanners.join(',')];
  return ready.withExec(
    [
      'trivy',
      ...place,
      '--cache-dir',
      cache,
      ...offline,
      ...scanners,
      '--list-all-pkgs',
      '--format',
      'json',
      '--timeout',
      `${run.timeoutMinutes}m`,
      '--output',
      report,
    ],
    { expect: 'ANY' as ReturnType },
  );
}

/** What the scanner wrote. */
export function scanReport(container: Container): File {
  return container.file(report);
}

/** The SBOM of a scan as CycloneDX, kept with the release: the next one is compared with it. */
export function sbomOf(container: Container): File {
  const sbom = '/fairway/sbom.cdx.json';
  return container.withExec(['trivy', 'convert', '--format', 'cyclonedx', '--output', sbom, report]).file(sbom);
}

function placed(subject: Subject, scanner: Container): readonly [readonly string[], Container] {
  switch (subject.kind) {
    case 'image':
      return [['image', '--input', '/fairway/image.tar'], scanner.withFile('/fairway/image.tar', subject.archive)];
    case 'filesystem':
      return [['filesystem', '/fairway/tree'], scanner.withDirectory('/fairway/tree', subject.directory)];
    case 'sbom':
      return [['sbom', '/fairway/base.cdx.json'], scanner.withFile('/fairway/base.cdx.json', subject.file)];
  }
}
