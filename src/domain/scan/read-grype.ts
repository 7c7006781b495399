import { isRecord, records, text } from './fields.ts';
import { type Finding, severityOf, type Suppressed, withoutVersion } from './finding.ts';
import type { ScanRead } from './read-trivy.ts';

/**
 * Read the JSON that grype writes: vulnerabilities alone, each under the name that its source prefers, with the
 * others beside it. "Negligible" counts as low.
 */
export function readGrype(report: string): ScanRead {
  let parsed: unknown;
  try {
    parsed = JSON.parse(report);
  } catch {
    return { kind: 'unreadable', reason: `the scanner wrote no JSON (${report.length} characters)` };
  }
  const descriptor = isRecord(parsed) ? parsed['descriptor'] : undefined;
  if (
    !isRecord(parsed) ||
    !isRecord(descriptor) ||
    descriptor['name'] !== 'grype' ||
    !Array.isArray(parsed['matches'])
  ) {
    return { kind: 'unreadable', reason: 'the scanner wrote JSON that is no report of grype' };
  }
  return {
    kind: 'read',
    findings: records(parsed['matches']).map(ofMatch),
    suppressed: records(parsed['ignoredMatches']).flatMap(suppressedBy),
    packages: null,
  };
}

function ofMatch(match: Readonly<Record<string, unknown>>): Finding {
  const vulnerability = isRecord(match['vulnerability']) ? match['vulnerability'] : {};
  const artifact = isRecord(match['artifact']) ? match['artifact'] : {};
  const fix = isRecord(vulnerability['fix']) ? vulnerability['fix'] : {};
  const [location] = records(artifact['locations']);
  const severity = text(vulnerability['severity']).toLowerCase();
  return {
    kind: 'vulnerability',
    id: text(vulnerability['id']),
    aliases: records(match['relatedVulnerabilities']).map((one) => text(one['id'])),
    severity: severityOf(severity === 'negligible' ? 'low' : severity),
    component: text(artifact['name']),
    purl: withoutVersion(text(artifact['purl'])),
    version: text(artifact['version']),
    fixedIn: Array.isArray(fix['versions']) ? fix['versions'].map(text).filter((version) => version !== '') : [],
    target: text(location?.['path']),
    line: null,
    published: null,
    title: text(vulnerability['description']),
  };
}

/** Only what a VEX statement took out: rules of its own configuration are nobody's word but the change's. */
function suppressedBy(match: Readonly<Record<string, unknown>>): readonly Suppressed[] {
  const rule = records(match['appliedIgnoreRules']).find((one) => text(one['vex-status']) !== '');
  if (rule === undefined) return [];
  const statement = [rule['vex-status'], rule['vex-justification']].map(text).filter((part) => part !== '');
  return [{ finding: ofMatch(match), statement: statement.join(': '), source: text(rule['namespace']) || 'vex' }];
}
