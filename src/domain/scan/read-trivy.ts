import { type Fields, isRecord, line, records, text } from './fields.ts';
import { dayOf, type Finding, severityOf, type Suppressed, withoutVersion } from './finding.ts';

/** Findings, or why the text is no report: a scan that failed is neither pass nor findings. */
export type ScanRead =
  | {
      readonly kind: 'read';
      readonly findings: readonly Finding[];
      readonly suppressed: readonly Suppressed[];
      /** How many packages were looked up; null when the scanner does not say. */
      readonly packages: number | null;
    }
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
  const results = records(report['Results']);
  if (
    !isListOrNothing(report['Results']) ||
    results.some((one) => !lists.every((name) => isListOrNothing(one[name])))
  ) {
    return { kind: 'unreadable', reason: 'the scanner wrote a report with something else where its lists are' };
  }
  return {
    kind: 'read',
    findings: results.flatMap(ofResult),
    suppressed: results.flatMap(suppressedIn),
    packages: results.reduce((sum, one) => sum + records(one['Packages']).length, 0),
  };
}

const lists = ['Vulnerabilities', 'Secrets', 'Misconfigurations', 'Licenses', 'ExperimentalModifiedFindings'];

const isListOrNothing = (value: unknown): boolean => value === undefined || value === null || Array.isArray(value);

function ofResult(result: Fields): readonly Finding[] {
  const target = text(result['Target']);
  const other = (
    kind: Finding['kind'],
    id: unknown,
    title: unknown,
    severity: unknown,
    component: unknown,
    at: unknown,
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
    line: line(at),
    published: null,
    title: text(title),
  });
  return [
    ...records(result['Vulnerabilities']).map((one) => vulnerability(one, target)),
    ...records(result['Secrets']).map((one) =>
      other('secret', one['RuleID'], one['Title'], one['Severity'], target, one['StartLine']),
    ),
    ...records(result['Misconfigurations'])
      .filter((one) => one['Status'] !== 'PASS')
      .map((one) => other('misconfiguration', one['ID'], one['Title'], one['Severity'], target, causeLine(one))),
    ...records(result['Licenses']).map((one) =>
      other('licence', one['Name'], one['Category'], one['Severity'], one['PkgName'] ?? one['FilePath'], null),
    ),
  ];
}

function causeLine({ CauseMetadata: cause }: Fields): unknown {
  return isRecord(cause) ? cause['StartLine'] : null;
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
    line: null,
    published: dayOf(one['PublishedDate']),
    title: text(one['Title']),
  };
}

/** What a VEX file took out; ignore files are never read. */
function suppressedIn(result: Fields): readonly Suppressed[] {
  return records(result['ExperimentalModifiedFindings'])
    .filter((one) => one['Type'] === 'vulnerability' && isRecord(one['Finding']))
    .map((one) => ({
      finding: vulnerability(isRecord(one['Finding']) ? one['Finding'] : {}, text(result['Target'])),
      statement: [one['Status'], one['Statement']]
        .map(text)
        .filter((part) => part !== '')
        .join(': '),
      source: text(one['Source']),
    }));
}
