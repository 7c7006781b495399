import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bucket, bboltFile } from './bbolt.ts';

/** One made-up vulnerability: in which packages of which ecosystem, and how bad. */
export interface Advisory {
  readonly id: string;
  readonly ecosystem: 'npm' | 'debian 12';
  readonly package: string;
  /** npm: a range; Debian: ignored, everything before `fixedIn`. */
  readonly affects?: string;
  readonly fixedIn?: string;
  readonly severity: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
  readonly title?: string;
  /** Other names. */
  readonly vendorIds?: readonly string[];
}

const sources = {
  npm: { bucket: 'npm::GitHub Security Advisory Npm', id: 'ghsa', name: 'GitHub Security Advisory Npm' },
  'debian 12': { bucket: 'debian 12', id: 'debian', name: 'Debian Security Tracker' },
} as const;

const severities = ['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/** Trivy's database with exactly these, as `<cache>/db/{trivy.db,metadata.json}`. */
export function writeDatabase(
  cacheDirectory: string,
  advisories: readonly Advisory[],
  made: { readonly at: Date; readonly nextUpdate?: Date } = { at: new Date() },
): void {
  const folder = join(cacheDirectory, 'db');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'trivy.db'), databaseFile(advisories));
  writeFileSync(join(folder, 'metadata.json'), metadataOf(made));
}

export function metadataOf({ at, nextUpdate }: { readonly at: Date; readonly nextUpdate?: Date }): string {
  const next = nextUpdate ?? new Date(at.getTime() + 86_400_000);
  return JSON.stringify({ Version: 2, NextUpdate: next, UpdatedAt: at, DownloadedAt: at });
}

export function databaseFile(advisories: readonly Advisory[]): Buffer {
  const bySource = Map.groupBy(advisories, ({ ecosystem }) => ecosystem);
  const roots = [...bySource].map(([ecosystem, own]): [string, Bucket] => [
    sources[ecosystem].bucket,
    new Map(
      [...Map.groupBy(own, (one) => one.package)].map(([name, ofPackage]) => [
        name,
        new Map(ofPackage.map((one) => [one.id, json(advisoryOf(one))])),
      ]),
    ),
  ]);
  const details = new Map(advisories.map((one) => [one.id, json(detailOf(one))]));
  const about = Object.values(sources).map(({ bucket, id, name }): [string, Uint8Array] => [
    bucket,
    json({ ID: id, Name: name, URL: 'https://advisories.example' }),
  ]);
  return bboltFile(new Map([...roots, ['vulnerability', details], ['data-source', new Map(about)]]));
}

function advisoryOf({ ecosystem, affects, fixedIn, vendorIds }: Advisory): unknown {
  const names = vendorIds === undefined ? {} : { VendorIDs: vendorIds };
  if (ecosystem === 'npm') {
    return { ...names, PatchedVersions: fixedIn === undefined ? [] : [fixedIn], VulnerableVersions: [affects ?? '*'] };
  }
  return fixedIn === undefined ? { ...names, Status: 2 } : { ...names, FixedVersion: fixedIn };
}

function detailOf({ id, ecosystem, severity, title }: Advisory): unknown {
  return {
    Title: title ?? `${id} of a test`,
    Description: 'Made up for a test.',
    Severity: severity,
    VendorSeverity: { [sources[ecosystem].id]: severities.indexOf(severity) },
    References: [`https://advisories.example/${id}`],
  };
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
