import { harmless } from '../report/harmless.ts';
import { sarifPath, sarifText } from '../report/sarif-text.ts';
import { type Finding, fingerprintOf, type Severity } from './finding.ts';
import type { Judged } from './judge.ts';
import type { Place } from './locate.ts';

/** A finding and the line of the commit that brings it, where one does. */
export interface Placed {
  readonly judged: Judged;
  readonly place: Place | null;
}

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  unknown: 'note',
};

/** As GitHub sorts alerts: 0 to 10. */
const scores: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  unknown: '0.0',
};

/**
 * The findings as SARIF 2.1.0, waived ones as suppressed.
 *
 * Texts of a scanner may hold anything: they are one harmless line each, and never Markdown.
 */
export function scanSarif(placed: readonly Placed[], version: string): string {
  const rules = [...new Map(placed.map(({ judged: { finding } }) => [finding.id, ruleOf(finding)])).values()];
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'fairway scan', version, rules } }, results: placed.map(resultOf) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function ruleOf(finding: Finding) {
  return {
    id: harmless(finding.id),
    shortDescription: { text: harmless(finding.title || finding.id) },
    defaultConfiguration: { level: levels[finding.severity] },
    properties: { 'security-severity': scores[finding.severity], tags: ['security', finding.kind] },
  };
}

function resultOf({ judged, place }: Placed) {
  const { finding, waiver, since } = judged;
  const isWaived = waiver !== null && waiver.state !== 'expired';
  return {
    ruleId: harmless(finding.id),
    level: levels[finding.severity],
    message: { text: sarifText(harmless(sentence(finding))) },
    ...(place === null ? {} : { locations: [location(place)] }),
    partialFingerprints: { 'fairwayFinding/v1': fingerprintOf(finding) },
    baselineState: since === 'introduced' ? 'new' : 'unchanged',
    ...(isWaived ? { suppressions: [suppression(waiver.waiver)] } : {}),
  };
}

const location = ({ path, line }: Place) => ({
  physicalLocation: { artifactLocation: { uri: sarifPath(path) }, region: { startLine: line } },
});

const suppression = ({ owner, reason, expires }: { owner: string; reason: string; expires: string }) => ({
  kind: 'external',
  justification: harmless(`${reason} (${owner}, until ${expires})`),
});

/** `minimist 0.0.8: title (fixed in 1.2.6)`. */
export function sentence({ component, version, title, fixedIn, id }: Finding): string {
  const what = [component, version].filter((part) => part !== '').join(' ');
  const fix = fixedIn.length === 0 ? '' : ` (fixed in ${fixedIn.join(', ')})`;
  return `${what}: ${title || id}${fix}`;
}
