import type { CommandSpec } from '../command-spec.ts';
import { allowDirty, engine } from '../flags.ts';

/** What is in a release that should not be. */
export const scanning: readonly CommandSpec[] = [
  {
    name: 'scan',
    summary: 'Look for vulnerabilities, secrets, bad settings and licences, against the last release',
    operands: ['[image|filesystem|sbom|config|secrets|licences]', '[WHAT]'],
    about:
      'Without a verb: what would be deployed, built first. "image" takes a reference or an archive, "sbom" a file; the others a folder, or the tree of the commit. What the change brings refuses it (exit code 3); a scan that did not happen is neither a pass nor a finding (6, or 8 when its database is too old).',
    flags: [
      { name: 'base', kind: 'text', value: 'WHAT', about: 'compare with this SBOM, image archive, folder or revision' },
      { name: 'sarif', kind: 'text', value: 'FILE', about: 'also write SARIF 2.1.0 there' },
      {
        name: 'sbom',
        kind: 'text',
        value: 'FILE',
        about: 'also list what is in it: CycloneDX, or SPDX as NAME.spdx.json',
      },
      {
        name: 'report',
        kind: 'text',
        value: 'FILE',
        about: 'judge this JSON report of Trivy or grype, and scan nothing',
      },
      { name: 'offline', kind: 'switch', about: 'fetch no database; what is there must be young enough' },
      allowDirty,
      engine,
    ],
    examples: [
      { line: 'fairway scan', does: 'build the commit and scan what came out' },
      { line: 'fairway scan filesystem --sarif scan.sarif', does: 'the tree of the commit, for code scanning' },
      { line: 'fairway scan image shop.tar --base shop-1.4.0.cdx.json', does: 'an archive, against an SBOM' },
      { line: 'fairway scan image --report grype.json', does: 'what grype found, judged by our policy' },
    ],
    recorded: true,
    load: () => import('../commands/scan.ts'),
  },
];
