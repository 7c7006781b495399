import type { Config } from '../../config/schema.ts';
import type { BuiltArtifact, Engine } from '../../engines/engine.ts';
import type { Repository, ScanSubject } from '../../ports.ts';
import { scan } from '../scan.ts';
import type { Scanned, ScanBase, ScanInput, ScanPorts, ScanSettings } from './input.ts';
import type { KeptScans } from './kept.ts';
import { sourcesOf } from './sources.ts';

/** A release that the change is compared with. */
export interface EarlierRelease {
  readonly version: string;
  readonly artifact: string;
}

export interface ArtifactScan extends Pick<ScanInput, 'signal' | 'onKnown'> {
  readonly settings: ScanSettings;
  readonly build: Config['build'];
  readonly source: { readonly commit: string; readonly version: string };
  readonly artifact: BuiltArtifact;
  /** What serves now; null before the first release. */
  readonly stable: EarlierRelease | null;
  /** Bases that were asked for, before those that are looked for. */
  readonly bases?: readonly ScanBase[];
}

export interface ArtifactScanPorts extends ScanPorts {
  readonly repository: Pick<Repository, 'prefix' | 'listFiles' | 'readFile'>;
  readonly engine: Pick<Engine, 'find'>;
  readonly scans: ScanPlaces;
}

/** Where a project has what its scans need. */
export interface ScanPlaces {
  /** Absolute: what the pinned files of the settings are relative to. */
  readonly directory: string;
  readonly kept: KeptScans;
  /** How the scanner gets at an artifact of this engine. */
  readonly subjectOf: (artifact: BuiltArtifact) => ScanSubject;
  /** What hangs on the image of a version in the registry; null without one. */
  readonly attached: ((version: string) => Promise<ScanBase>) | null;
}

/** Scan what was built against the release that serves, and keep its SBOM for the scan after it. */
export async function scanArtifact(input: ArtifactScan, ports: ArtifactScanPorts): Promise<Scanned> {
  const { settings, artifact, source, stable, signal } = input;
  const { scanner, scans } = ports;
  const { kept } = scans;
  const subject = scans.subjectOf(artifact);
  const scanned = await scan(
    {
      ...input,
      directory: scans.directory,
      subject,
      title: `the ${subject.kind === 'directory' ? 'folder' : 'image'} of ${source.version}`,
      sources: await sourcesOf(source.commit, input.build, ports.repository),
      bases: [...(input.bases ?? []), ...(await basesOf(stable, ports))],
      firstSeen: await kept.firstSeen(),
    },
    ports,
  );
  const path = await kept.sbomPath(artifact.artifact);
  const listed = await scanner.sbom(subject, 'cyclonedx', { path, timeoutMs: settings.timeout, signal });
  if (listed.kind === 'failed') {
    ports.reporter.report({ type: 'warning', text: `the next scan has no SBOM to compare with: ${listed.reason}` });
  } else {
    await kept.keep(artifact.artifact, source.version, scanned.findings);
  }
  await kept.noteSeen(scanned.findings, ports.clock.now().toISOString().slice(0, 10));
  return scanned;
}

/** Its SBOM as it was kept; else the artifact itself, looked at once more; else the SBOM that the registry has. */
async function basesOf(
  stable: EarlierRelease | null,
  { engine, scans: { kept, subjectOf, attached } }: ArtifactScanPorts,
): Promise<readonly ScanBase[]> {
  if (stable === null) return [{ kind: 'none', why: 'nothing serves yet' }];
  const { version, artifact } = stable;
  const sbom = await kept.find(artifact);
  const found = sbom === null ? await engine.find(artifact) : null;
  return [
    ...(sbom === null ? [] : [sbom]),
    ...(found === null
      ? []
      : [
          { kind: 'rescan' as const, subject: subjectOf(found), from: `the artifact of ${version} itself`, others: [] },
        ]),
    ...(sbom === null && found === null && attached !== null ? [await attached(version)] : []),
    { kind: 'none', why: `neither the SBOM nor the artifact of ${version} can be had` },
  ];
}
