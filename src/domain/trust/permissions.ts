import type { Reach } from './reach.ts';

/** Names as `permissions:` in a workflow writes them. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** What a run may write to GitHub besides its summary. */
export type Report = 'summary' | 'annotations' | 'comment' | 'deployment' | 'issue';

const ofReports: Readonly<Record<Report, Permissions>> = {
  summary: {},
  annotations: {},
  comment: { 'pull-requests': 'write' },
  deployment: { deployments: 'write' },
  issue: { issues: 'write' },
};

const releases: readonly string[] = ['ship', 'release', 'resume', 'follow', 'promote'];
const deploys: readonly string[] = ['ship', 'deploy', 'promote', 'rollback', 'undo', 'resume', 'follow', 'watch'];

/** The smallest `permissions:` with which a command does all that it can, given what it is to report. */
export function permissionsOf(command: string, reach: Reach, reports: readonly Report[]): Permissions {
  const isDeploy = deploys.includes(command) && reach === 'touches';
  const isScan = command === 'scan';
  const told = reports.filter((report) => report === 'comment' || isDeploy || (isScan && report === 'issue'));
  const own: Permissions = { contents: releases.includes(command) && reach === 'touches' ? 'write' : 'read' };
  return merged(own, ...told.map((report) => ofReports[report]));
}

/** Everything that one of them asks for; `write` includes `read`. */
export function merged(...all: readonly Permissions[]): Permissions {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))].toSorted();
  return Object.fromEntries(names.map((name) => [name, all.some((one) => one[name] === 'write') ? 'write' : 'read']));
}

/**
 * Read `x-accepted-github-permissions`: `,` joins what is needed together, `;` separates alternatives, of which
 * the first is taken. Null when the text says nothing that can be read.
 */
export function acceptedPermissions(header: string): Permissions | null {
  const [first = ''] = header.split(';');
  const pairs = first.split(',').map((pair) => /^\s*([a-z_]+)=(read|write|admin)\s*$/.exec(pair));
  if (pairs.some((pair) => pair === null)) return null;
  return merged(
    ...pairs.map(
      (pair) => ({ [(pair?.[1] ?? '').replaceAll('_', '-')]: pair?.[2] === 'read' ? 'read' : 'write' }) as const,
    ),
  );
}

/** As it is pasted into a job. */
export function permissionsYaml(permissions: Permissions): string {
  return ['permissions:', ...Object.entries(permissions).map(([name, level]) => `  ${name}: ${level}`)].join('\n');
}
