import { refusalOf, scanError, staleDatabase, unreadable } from '../domain/scan/conclude.ts';
import { scanDocument } from '../domain/scan/document.ts';
import type { Finding, Suppressed } from '../domain/scan/finding.ts';
import { judgeScan, type ScanVerdict } from '../domain/scan/judge.ts';
import { locate, type Place } from '../domain/scan/locate.ts';
import { readReport } from '../domain/scan/read.ts';
import { scanLines } from '../domain/scan/table.ts';
import { idleWaivers, type Waiver } from '../domain/scan/waiver.ts';
import { count } from '../domain/report/quantities.ts';
import type { ScanFailure, ScanOptions, ScanReport, ScanSubject } from '../ports.ts';
import type { Scanned, ScanInput, ScanPorts, ScanSettings } from './scan/input.ts';
import { type Pinned, pinnedFiles } from './scan/pinned.ts';
import { stage } from './stage.ts';

/**
 * Look for what a change brings: scan it, scan the last release with the same database, compare, judge.
 *
 * Throws GateFailed `SCAN_FINDINGS`, `SCAN_WAIVER_EXPIRED`, `SCAN_OVERDUE`, Inconclusive `SCAN_DATABASE_STALE`, and
 * EnvironmentError for a scan that did not happen, which is neither a pass nor a finding.
 */
export async function scan(input: ScanInput, ports: ScanPorts): Promise<Scanned> {
  return await stage('scan', `Scan ${input.title}`, ports, async (note) => {
    const pinned = await pinnedFiles(input.settings, input.directory, ports.files);
    const options = optionsOf(input, pinned);
    const found = read(await ports.scanner.scan(input.subject, options), input.settings, ports, note);
    if (options.look.includes('vulnerabilities') && found.packages === 0) {
      const text = `no list of packages was found in ${input.title}: there was nothing to look up vulnerabilities of`;
      ports.reporter.report({ type: 'warning', text });
    }
    const base = await lookAtBase(input, options, ports, note);
    const verdict = judge(found.findings, base.findings, input, pinned, ports.clock.now());
    const scanned = describe(input, { verdict, report: found, base: base.about }, ports);
    input.onKnown(scanned);
    for (const line of scanLines(verdict)) note(line);
    for (const text of warnings(verdict, scanned.document.idleWaivers))
      ports.reporter.report({ type: 'warning', text });
    const refusal = refusalOf(verdict, input.settings.failOn);
    if (refusal !== null) throw refusal;
    return { value: scanned, summary: summary(verdict) };
  });
}

function optionsOf({ settings, signal }: ScanInput, { vex }: Pinned): ScanOptions {
  const { look, database, timeout } = settings;
  return {
    look,
    vex,
    database: { isOffline: !database.fetch, mirrors: database.mirrors, javaMirrors: database.javaMirrors },
    timeoutMs: timeout,
    signal,
  };
}

interface Found {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly packages: number | null;
  readonly databaseMadeAt: Date | null;
}

/** Throws when it is no report, or one of a database that is too old. */
function read(
  report: ScanReport | ScanFailure,
  settings: ScanSettings,
  { clock }: Pick<ScanPorts, 'clock'>,
  note: (text: string) => void,
): Found {
  if (report.kind === 'failed') throw scanError(report);
  for (const remark of report.remarks) note(remark);
  const stale = staleDatabase(report.databaseMadeAt, clock.now(), settings.database.maxAge);
  if (stale !== null) throw stale;
  const got = readReport(report);
  if (got.kind === 'unreadable') throw unreadable(got.reason);
  return { ...got, databaseMadeAt: report.databaseMadeAt };
}

interface Base {
  readonly findings: readonly Finding[] | null;
  readonly about: { readonly from: string | null; readonly why: string };
}

/** The first base that can be looked at; where none can, everything counts as introduced, and that is said. */
async function lookAtBase(
  { bases }: ScanInput,
  options: ScanOptions,
  ports: ScanPorts,
  note: (text: string) => void,
): Promise<Base> {
  let why = 'there is no earlier release';
  for (const base of bases) {
    if (base.kind === 'none') {
      why = base.why;
      continue;
    }
    // With the very database that the change was scanned with.
    const report = await ports.scanner.scan(base.subject, {
      ...options,
      database: { ...options.database, isOffline: true },
    });
    const got = report.kind === 'failed' ? report : readReport(report);
    if (report.kind === 'failed' && report.code === 'SCAN_INTERRUPTED') throw scanError(report);
    if (got.kind === 'read') {
      note(`compared with ${base.from}`);
      return { findings: [...got.findings, ...base.others], about: { from: base.from, why: '' } };
    }
    why = `${base.from} cannot be scanned: ${got.reason}`;
    ports.reporter.report({ type: 'warning', text: why });
  }
  note(`${why}: every finding counts as introduced`);
  return { findings: null, about: { from: null, why } };
}

function judge(
  found: readonly Finding[],
  base: readonly Finding[] | null,
  { settings, firstSeen }: ScanInput,
  { exploitation }: Pinned,
  now: Date,
): ScanVerdict {
  return judgeScan(found, base, {
    failOn: settings.failOn,
    waivers: waiversOf(settings),
    today: now.toISOString().slice(0, 10),
    disclosedAfterDays: settings.disclosed === 'warn' ? null : settings.disclosed.failAfterDays,
    firstSeen,
    exploitation,
  });
}

const waiversOf = ({ waivers }: ScanSettings): readonly Waiver[] =>
  waivers.map((one) => ({ ...one, component: one.component ?? null }));

function describe(
  input: ScanInput,
  { verdict, report, base }: { readonly verdict: ScanVerdict; readonly report: Found; readonly base: Base['about'] },
  { scanner }: ScanPorts,
): Scanned {
  const placed = verdict.findings.map((judged) => ({ judged, place: placeOf(judged.finding, input) }));
  const document = scanDocument(verdict, {
    subject: nameOf(input.subject),
    scanner: scanner.name,
    databaseMadeAt: report.databaseMadeAt,
    base,
    placed,
    packages: report.packages,
    suppressed: report.suppressed,
    idleWaivers: idleWaivers(waiversOf(input.settings), report.findings),
  });
  return { document, placed, findings: report.findings };
}

/** In the repository, whose top is what a reader of a report knows. */
function placeOf(finding: Finding, { subject, sources }: ScanInput): Place | null {
  const { files, dockerfile, root, prefix } = sources;
  const target = subject.kind === 'directory' ? joined(root, finding.target) : finding.target;
  const place = locate({ ...finding, target }, files, dockerfile);
  return place === null ? null : { ...place, path: joined(prefix, place.path) };
}

const joined = (folder: string, path: string): string => (folder === '' || folder === '.' ? path : `${folder}/${path}`);

function nameOf(subject: ScanSubject): string {
  return `${subject.kind} ${'path' in subject ? subject.path : subject.reference}`;
}

/** Two weeks before a waiver ends, and when one waives nothing any more. */
function warnings({ findings }: ScanVerdict, idle: readonly Waiver[]): readonly string[] {
  const ending = findings.flatMap(({ waiver, finding }) =>
    waiver?.state === 'ends-soon'
      ? [
          `the waiver of ${finding.id} by ${waiver.waiver.owner} ends on ${waiver.waiver.expires} (${count(waiver.daysLeft, 'day')} left)`,
        ]
      : [],
  );
  const known = findings.filter(
    ({ since, blocks, waiver }) => since === 'disclosed' && blocks === null && waiver === null,
  );
  return [
    ...ending,
    ...idle.map((one) => `the waiver of ${one.id} by ${one.owner} waives nothing of what was found: it can go`),
    ...(known.length === 0
      ? []
      : [
          `the last release has ${count(known.length, 'finding')} of these, too: ${known
            .slice(0, 5)
            .map(({ finding }) => finding.id)
            .join(', ')}`,
        ]),
  ];
}

function summary({ findings, fixed }: ScanVerdict): string {
  if (findings.length === 0) return fixed.length === 0 ? 'nothing found' : `nothing found, ${fixed.length} fixed`;
  const introduced = findings.filter(({ since }) => since === 'introduced').length;
  return `${count(findings.length, 'finding')}: ${introduced} introduced, ${findings.length - introduced} disclosed, ${fixed.length} fixed`;
}
