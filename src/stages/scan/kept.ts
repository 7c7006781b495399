import type { Finding } from '../../domain/scan/finding.ts';
import { fingerprintOf } from '../../domain/scan/finding.ts';
import type { Files } from '../../ports.ts';
import type { ScanBase } from './input.ts';

/** What scans leave for the next ones: with each artifact its SBOM, and the day on which each finding was first seen. */
export interface KeptScans {
  /** Where the SBOM of an artifact belongs. */
  sbomPath(artifact: string): Promise<string>;
  keep(artifact: string, version: string, findings: readonly Finding[]): Promise<void>;
  /** The SBOM that was kept with an artifact, to be scanned again; null without one. */
  find(artifact: string): Promise<ScanBase | null>;
  /** Days by fingerprint. */
  firstSeen(): Promise<ReadonlyMap<string, string>>;
  /** What is not there any more is forgotten. */
  noteSeen(findings: readonly Finding[], today: string): Promise<void>;
}

const mostKept = 20;

/** Below `directory`, which is of one application. */
export function openKept(directory: string, files: Files): KeptScans {
  const folderOf = (artifact: string): string =>
    `${directory}/${artifact.replace(/^.*:/, '').replace(/[^0-9a-f]/g, '')}`;
  const book = `${directory}/first-seen.json`;

  const readJson = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    if (!(await files.exists(path))) return {};
    try {
      return Object(JSON.parse(await files.readText(path))) as Record<string, unknown>;
    } catch {
      // Half of a file of an earlier version tells nothing.
      return {};
    }
  };
  const kept: KeptScans = {
    async sbomPath(artifact) {
      await files.makeDirectory(folderOf(artifact), 0o700);
      return `${folderOf(artifact)}/sbom.cdx.json`;
    },
    async keep(artifact, version, findings) {
      const others = findings.filter(({ kind }) => kind !== 'vulnerability');
      await files.writeAtomic(`${folderOf(artifact)}/scan.json`, JSON.stringify({ version, others }));
      await forget();
    },
    async find(artifact) {
      const path = `${folderOf(artifact)}/sbom.cdx.json`;
      const { version, others } = await readJson(`${folderOf(artifact)}/scan.json`);
      if (typeof version !== 'string' || !(await files.exists(path))) return null;
      return {
        kind: 'rescan',
        subject: { kind: 'sbom', path },
        from: `the SBOM kept with ${version}`,
        others: Array.isArray(others) ? (others as readonly Finding[]) : [],
      };
    },
    async firstSeen() {
      const days = Object.entries(await readJson(book)).flatMap(([name, day]) =>
        typeof day === 'string' ? [[name, day] as const] : [],
      );
      return new Map(days);
    },
    async noteSeen(findings, today) {
      const before = await kept.firstSeen();
      const names = findings.map(fingerprintOf);
      await files.makeDirectory(directory, 0o700);
      const days = Object.fromEntries(names.map((name) => [name, before.get(name) ?? today]));
      await files.writeAtomic(book, JSON.stringify(days));
    },
  };

  /** The oldest first, by the order in which they were kept. */
  async function forget(): Promise<void> {
    const order = `${directory}/order.json`;
    const names = (await files.list(directory)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const { order: known } = await readJson(order);
    const listed = (Array.isArray(known) ? known : []).filter((name): name is string => names.includes(String(name)));
    const all = [...listed, ...names.filter((name) => !listed.includes(name))];
    for (const name of all.slice(0, -mostKept)) await files.remove(`${directory}/${name}`);
    await files.writeAtomic(order, JSON.stringify({ order: all.slice(-mostKept) }));
  }

  return kept;
}
