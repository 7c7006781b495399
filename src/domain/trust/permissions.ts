import type { Reach } from './reach.ts';

/** Names as `permissions:` in a workflow writes them. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** What a run may write to GitHub besides its summary. */
export type Report = 'summary' | 'annotations' | 'comment' | 'deployment' | 'issue' | 'code-scanning';

/** What a configuration wants of a release beside its tag. */
export interface ReleaseWishes {
  /** Issues and pull requests are told of the release that holds them. */
  readonly comments: boolean;
  readonly labels: readonly string[];
  /** Workflows that are started afterwards. */
  readonly followers: readonly unknown[];
}

const ofReports: Readonly<Record<Report, Permissions>> = {
  summary: {},
  annotations: {},
  comment: { 'pull-requests': 'write' },
  deployment: { deployments: 'write' },
  issue: { issues: 'write' },
  'code-scanning': { 'security-events': 'write' },
};

/** Commands that write SARIF. */
export const sarifCommands: readonly string[] = ['classify', 'scan'];

const releases: readonly string[] = ['ship', 'release', 'resume', 'follow', 'promote'];
const deploys: readonly string[] = ['ship', 'deploy', 'promote', 'rollback', 'undo', 'resume', 'follow', 'watch'];

/** The smallest `permissions:` with which a command does all that it can, given what it is to report. */
export function permissionsOf(
  command: string,
  reach: Reach,
  reports: readonly Report[],
  wishes: ReleaseWishes | null = null,
): Permissions {
  const isDeploy = deploys.includes(command) && reach === 'touches';
  const isRelease = releases.includes(command) && reach === 'touches';
  const told = reports.filter((report) => {
    if (report === 'comment') return true;
    if (report === 'code-scanning') return sarifCommands.includes(command);
    return isDeploy || (command === 'scan' && report === 'issue');
  });
  const own: Permissions = { contents: isRelease ? 'write' : 'read' };
  return merged(own, isRelease ? ofWishes(wishes) : {}, ...told.map((report) => ofReports[report]));
}

/** A comment or label goes to issues and pull requests alike, of which each has a permission of its own. */
function ofWishes(wishes: ReleaseWishes | null): Permissions {
  const tells = wishes !== null && (wishes.comments || wishes.labels.length > 0);
  return {
    ...(tells ? { issues: 'write', 'pull-requests': 'write' } : {}),
    ...(wishes !== null && wishes.followers.length > 0 ? { actions: 'write' } : {}),
  };
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
