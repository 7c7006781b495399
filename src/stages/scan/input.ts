import type { Config } from '../../config/schema.ts';
import type { ScanDocument } from '../../domain/scan/document.ts';
import type { Finding } from '../../domain/scan/finding.ts';
import type { Placed } from '../../domain/scan/sarif.ts';
import type { Files, Scanner, ScanSubject } from '../../ports.ts';
import type { StagePorts } from '../stage.ts';

export type ScanSettings = NonNullable<Config['scan']>;

/** What is compared with: the last release, looked at again with the database of today. */
export type ScanBase =
  | {
      readonly kind: 'rescan';
      readonly subject: ScanSubject;
      /** For people: `the SBOM kept with 1.4.0`. */
      readonly from: string;
      /** What its own scan found that an SBOM cannot tell: secrets, configuration. */
      readonly others: readonly Finding[];
    }
  /** Everything counts as introduced. */
  | { readonly kind: 'none'; readonly why: string };

/** Files of the commit in which a finding can be shown. */
export interface Sources {
  /** Paths relative to the folder of the configuration. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly dockerfile: string;
  /** Where that folder lies below the top of the repository, and the scanned folder below it: `''` or `examples/shop`. */
  readonly prefix: string;
  readonly root: string;
}

export interface ScanInput {
  readonly settings: ScanSettings;
  /** Absolute: what the pinned files of the settings are relative to. */
  readonly directory: string;
  readonly subject: ScanSubject;
  /** For people: `the image of 1.5.0`. */
  readonly title: string;
  readonly sources: Sources;
  readonly bases: readonly ScanBase[];
  /** Days on which findings were first seen, by fingerprint. */
  readonly firstSeen: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Told before a verdict refuses, for the reports of a run that fails. */
  readonly onKnown: (scanned: Scanned) => void;
}

export interface ScanPorts extends StagePorts {
  readonly scanner: Scanner;
  readonly files: Pick<Files, 'exists' | 'readText' | 'sha256'>;
}

export interface Scanned {
  readonly document: ScanDocument;
  readonly placed: readonly Placed[];
  /** As they were found, before any judgement. */
  readonly findings: readonly Finding[];
}
