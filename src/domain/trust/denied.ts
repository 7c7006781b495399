import type { FairwayError } from '../../errors.ts';
import { acceptedPermissions, merged, type Permissions, permissionsYaml } from './permissions.ts';

/**
 * What to do about a refusal of GitHub's: the exact block for the job, because one that names only what is
 * missing would take the rest away. Empty for other errors.
 */
export function deniedAdvice(error: FairwayError, needed: Permissions, isFork: boolean): string {
  if (error.code !== 'FORGE_DENIED') return '';
  if (error.facts['status'] === 401) return 'The token is expired, revoked or of another server.';
  if (isFork) return 'A pull request of a fork has a token that only reads; the run is not affected.';
  if (/(must be|is not) enabled/i.test(error.message)) {
    return 'That is switched on in the settings of the repository; no permission of a job does it.';
  }
  const header = error.facts['needed'];
  const asked = typeof header === 'string' ? acceptedPermissions(header) : null;
  return `Give the job:\n\n${permissionsYaml(asked === null ? needed : merged(needed, asked))}`;
}
