import { EnvironmentError } from '../../errors.ts';
import type { ForgePreflight } from '../../ports.ts';
import { graphql } from './github-graphql.ts';
import type { Call } from './request.ts';

/** Ask for permissions and rules before the first write; what the token may not see is a remark, not an end. */
export async function preflight(
  call: Call,
  graphqlUrl: string,
  target: { readonly branch: string | null; readonly tag: string },
  isJobToken: boolean,
): Promise<ForgePreflight> {
  const remarks: string[] = [];
  const ask = async (route: string, parameters: Record<string, unknown> = {}): Promise<unknown> => {
    try {
      return (await call(route, parameters)).data;
    } catch (error) {
      if (error instanceof EnvironmentError && ['FORGE_DENIED', 'FORGE_REFUSED'].includes(error.code)) return null;
      throw error;
    }
  };
  const repository = (await call('GET /repos/{owner}/{repo}')).data as {
    readonly permissions?: { readonly push?: boolean };
    readonly archived?: boolean;
  };
  const refusal =
    repository.archived === true
      ? 'the repository is archived'
      : repository.permissions?.push === false
        ? 'the token cannot push: in GitHub Actions the job needs permissions: contents: write'
        : null;
  const rules =
    target.branch === null
      ? []
      : ruleTypes(await ask('GET /repos/{owner}/{repo}/rules/branches/{branch}', { branch: target.branch }));
  const branch =
    target.branch === null
      ? null
      : ((await ask('GET /repos/{owner}/{repo}/branches/{branch}', { branch: target.branch })) as {
          readonly protected?: boolean;
        } | null);
  const isTagProtected = await tagRules(ask, target.tag);
  const immutable = (await ask('GET /repos/{owner}/{repo}/immutable-releases')) as {
    readonly enabled?: boolean;
  } | null;
  if (immutable?.enabled === true) remarks.push('Releases are immutable: assets cannot be added after publishing.');
  if (isJobToken) {
    remarks.push(
      'What is pushed with the token of a job starts no workflow: name those that follow in release.followers.',
    );
  }
  const needsPullRequest = ['pull_request', 'merge_queue', 'update'].some((type) => rules.includes(type));
  const needsSignature = rules.includes('required_signatures');
  const found = { refusal, needsPullRequest, needsSignature, isTagProtected, remarks };
  if (branch?.protected !== true || target.branch === null || (needsPullRequest && needsSignature)) return found;
  const older = await branchProtection(call, graphqlUrl, target.branch);
  if (older === null && !needsPullRequest) {
    remarks.push(`${target.branch} is protected: whether it takes our push shows only then.`);
  }
  return {
    ...found,
    needsPullRequest: needsPullRequest || older?.takesPush === false,
    needsSignature: needsSignature || older?.requiresSignatures === true,
  };
}

const protectionQuery =
  'query ($owner: String!, $repo: String!, $ref: String!) { repository(owner: $owner, name: $repo) { ref(qualifiedName: $ref) { refUpdateRule { requiresSignatures requiredApprovingReviewCount viewerCanPush } } } }';

/** Branch protection, older than rulesets, as those may see it who may not administrate; null when it is not told. */
async function branchProtection(
  call: Call,
  graphqlUrl: string,
  branch: string,
): Promise<{ readonly takesPush: boolean; readonly requiresSignatures: boolean } | null> {
  try {
    const { data } = await graphql(call, graphqlUrl, protectionQuery, { ref: `refs/heads/${branch}` });
    const rule = (
      data['repository'] as { readonly ref?: { readonly refUpdateRule?: RefUpdateRule | null } | null } | null
    )?.ref?.refUpdateRule;
    if (rule === null || rule === undefined) return null;
    const wantsReview = (rule.requiredApprovingReviewCount ?? 0) > 0;
    return { takesPush: rule.viewerCanPush && !wantsReview, requiresSignatures: rule.requiresSignatures };
  } catch (error) {
    if (error instanceof EnvironmentError && ['FORGE_DENIED', 'FORGE_REFUSED'].includes(error.code)) return null;
    throw error;
  }
}

interface RefUpdateRule {
  readonly requiresSignatures: boolean;
  readonly requiredApprovingReviewCount: number | null;
  readonly viewerCanPush: boolean;
}

const ruleTypes = (rules: unknown): readonly string[] =>
  Array.isArray(rules) ? rules.map((rule: { readonly type?: string }) => rule.type ?? '') : [];

/** A ruleset for tags that forbids creation, and includes this one. */
async function tagRules(
  ask: (route: string, parameters?: Record<string, unknown>) => Promise<unknown>,
  tag: string,
): Promise<boolean> {
  const sets = await ask('GET /repos/{owner}/{repo}/rulesets', { targets: 'tag' });
  if (!Array.isArray(sets)) return false;
  for (const { id, target, enforcement } of sets as { id: number; target?: string; enforcement?: string }[]) {
    if (target !== 'tag' || enforcement !== 'active') continue;
    const set = (await ask('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ruleset_id: id })) as {
      readonly rules?: unknown;
      readonly conditions?: {
        readonly ref_name?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
      };
      readonly current_user_can_bypass?: string;
    } | null;
    if (set === null || set.current_user_can_bypass === 'always' || !ruleTypes(set.rules).includes('creation'))
      continue;
    const { include = [], exclude = [] } = set.conditions?.ref_name ?? {};
    const matches = (patterns: readonly string[]) =>
      patterns.some((pattern) => pattern === '~ALL' || glob(pattern).test(`refs/tags/${tag}`));
    if (matches(include) && !matches(exclude)) return true;
  }
  return false;
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('**', '\u0000')
      .replaceAll('*', '[^/]*')
      .replaceAll('\u0000', '.*')
      .replaceAll('?', '.')}$`,
  );
