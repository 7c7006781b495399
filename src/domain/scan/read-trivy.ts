import { type Fields, isRecord, records, text } from './fields.ts';
import { type Finding, severityOf, withoutVersion } from './finding.ts';

/** Findings, or why the text is no report: a scan that failed is neither pass nor findings. */
export type ScanRead =
  | { readonly kind: 'read'; readonly findings: readonly Finding[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Read the JSON that Trivy writes (`SchemaVersion` 2).
 *
 * A clean scan has no `Results` at all; a text without `SchemaVersion` and `ArtifactType` is no report.
 */
export function readTrivy(text: string): ScanRead {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', reason: `the scanner wrote no JSON (${text.length} characters)` };
  }
  if (!isRecord(report) || report['SchemaVersion'] !== 2 || typeof report['ArtifactType'] !== 'string') {
    return { kind: 'unreadable', reason: 'the scanner wrote JSON that is no report of schema version 2' };
  }
  return { kind: 'read', findings: records(report['Results']).flatMap(ofResult) };
}

function ofResult(result: Fields): readonly Finding[] {
  const target = text(result['Target']);
  const other = (
    kind: Finding['kind'],
    id: unknown,
    title: unknown,
    severity: unknown,
    component: unknown,
  ): Finding => ({
    kind,
    id: text(id),
    aliases: [],
    severity: severityOf(severity),
    component: text(component) || target,
    purl: '',
    version: '',
    fixedIn: [],
    target,
    title: text(title),
  });
  return [
    ...records(result['Vulnerabilities']).map((one) => vulnerability(one, target)),
    ...records(result['Secrets']).map((one) => other('secret', one['RuleID'], one['Title'], one['Severity'], target)),
    ...records(result['Misconfigurations'])
      .filter((one) => one['Status'] !== 'PASS')
      .map((one) => other('misconfiguration', one['ID'], one['Title'], one['Severity'], target)),
    ...records(result['Licenses']).map((one) =>
      other('licence', one['Name'], one['Category'], one['Severity'], one['PkgName'] ?? one['FilePath']),
    ),
  ];
}

function vulnerability(one: Fields, target: string): Finding {
  const identifier = isRecord(one['PkgIdentifier']) ? one['PkgIdentifier'] : {};
  return {
    kind: 'vulnerability',
    id: text(one['VulnerabilityID']),
    aliases: Array.isArray(one['VendorIDs']) ? one['VendorIDs'].map(text) : [],
    severity: severityOf(one['Severity']),
    component: text(one['PkgName']),
    purl: withoutVersion(text(identifier['PURL'])),
    version: text(one['InstalledVersion']),
    fixedIn: text(one['FixedVersion'])
      .split(',')
      .map((version) => version.trim())
      .filter((version) => version !== ''),
    target,
    title: text(one['Title']),
  };
}
