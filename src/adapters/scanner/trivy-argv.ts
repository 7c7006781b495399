import type { Argv, SbomFormat, ScanInterest, ScanOptions, ScanSubject } from '../../ports.ts';

/** What every run of Trivy is told, whatever it does: where it may write, and to ask nobody for news. */
export interface TrivyRun {
  readonly program: string;
  /** Holds `db/trivy.db`. */
  readonly cacheDirectory: string;
  readonly timeoutMs: number;
}

const names: Readonly<Record<ScanInterest, string>> = {
  vulnerabilities: 'vuln',
  secrets: 'secret',
  configuration: 'misconfig',
  licences: 'license',
};

/** What can be found in each kind of subject. */
const fits = (subject: ScanSubject, interest: ScanInterest): boolean =>
  subject.kind !== 'sbom' || interest === 'vulnerabilities' || interest === 'licences';

/**
 * A scan into a JSON report. The database is never updated here, and neither exit codes nor ignore files that lie
 * about have a say.
 */
export function scanArgv(
  run: TrivyRun,
  subject: ScanSubject,
  options: Pick<ScanOptions, 'look' | 'vex' | 'database'>,
  output: string,
): Argv {
  const look = options.look.filter((interest) => fits(subject, interest));
  const isSbom = subject.kind === 'sbom';
  return [
    ...begin(run, subject),
    '--scanners',
    look.map((interest) => names[interest]).join(','),
    '--skip-db-update',
    ...(isSbom ? [] : ['--skip-check-update']),
    ...(options.database.isOffline ? ['--offline-scan', '--skip-java-db-update'] : []),
    ...(isSbom ? [] : options.database.javaMirrors.flatMap((mirror) => ['--java-db-repository', mirror])),
    ...(isSbom ? [] : ['--list-all-pkgs']),
    ...options.vex.flatMap((file) => ['--vex', file]),
    '--show-suppressed',
    '--format',
    'json',
    '--output',
    output,
    ...place(subject),
  ];
}

export function sbomArgv(run: TrivyRun, subject: ScanSubject, format: SbomFormat, output: string): Argv {
  return [
    ...begin(run, subject),
    '--skip-db-update',
    ...(subject.kind === 'sbom' ? [] : ['--skip-java-db-update']),
    '--offline-scan',
    '--format',
    format === 'spdx' ? 'spdx-json' : 'cyclonedx',
    '--output',
    output,
    ...place(subject),
  ];
}

/** Only the vulnerability database, from one mirror; null for Trivy's own list of mirrors. */
export function downloadArgv(run: TrivyRun, repository: string | null): Argv {
  return [
    run.program,
    'image',
    '--download-db-only',
    '--no-progress',
    '--disable-telemetry',
    '--skip-version-check',
    '--cache-dir',
    run.cacheDirectory,
    '--timeout',
    seconds(run.timeoutMs),
    ...(repository === null ? [] : ['--db-repository', repository]),
  ];
}

function begin(run: TrivyRun, { kind }: ScanSubject): Argv {
  const verb = kind === 'sbom' ? 'sbom' : kind === 'directory' ? 'filesystem' : 'image';
  return [
    run.program,
    verb,
    '--cache-dir',
    run.cacheDirectory,
    '--timeout',
    seconds(run.timeoutMs),
    // The cache of layers is locked by one process at a time; the database is only read.
    '--cache-backend',
    'memory',
    '--no-progress',
    '--disable-telemetry',
    '--skip-version-check',
    '--ignorefile',
    '/dev/null',
  ];
}

function place(subject: ScanSubject): readonly string[] {
  switch (subject.kind) {
    case 'image':
      return ['--image-src', 'docker', '--', subject.reference];
    case 'registry':
      return ['--image-src', 'remote', '--', subject.reference];
    case 'archive':
      return ['--input', subject.path];
    case 'directory':
    case 'sbom':
      return ['--', subject.path];
  }
}

const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1_000))}s`;
