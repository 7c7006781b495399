import type { Clock, Forge, ForgeAsset, ForgeRelease } from '../../ports.ts';
import { commitOn } from './github-commit.ts';
import { graphqlUrl } from './github-graphql.ts';
import { preflight } from './github-preflight.ts';
import { tell } from './github-tell.ts';
import type { Call } from './request.ts';
import { isAbsent, patient } from './request.ts';

export interface GitHubOptions {
  /** `owner/name` */
  readonly project: string;
  readonly token: string;
  /** `https://api.github.com`, or `https://host/api/v3`. */
  readonly apiUrl: string;
  readonly clock: Pick<Clock, 'sleep' | 'now'>;
  readonly timeoutMs?: number;
  /** Whether pushes with this token start workflows; GitHub's own job token starts none. */
  readonly isJobToken?: boolean;
}

/** Releases on GitHub or GitHub Enterprise Server. The client is loaded by the first request. */
export function githubForge(options: GitHubOptions): Forge {
  const call = githubCalls(options);
  const base = '/repos/{owner}/{repo}';
  return {
    kind: 'github',
    preflight: async (target) => await preflight(call, graphqlUrl(options.apiUrl), target, options.isJobToken === true),
    findReleases: async (tag) => await findReleases(call, tag),
    async createDraft({ tag, commit, name, body, isPrerelease }) {
      const { data } = await call(`POST ${base}/releases`, {
        tag_name: tag,
        target_commitish: commit,
        name,
        body,
        draft: true,
        prerelease: isPrerelease,
      });
      return release(data);
    },
    async publish(id, { isLatest }) {
      const { data } = await call(`PATCH ${base}/releases/{release_id}`, {
        release_id: id,
        draft: false,
        make_latest: String(isLatest),
      });
      return release(data);
    },
    async deleteDraft(id) {
      await ignoreAbsent(call(`DELETE ${base}/releases/{release_id}`, { release_id: id }));
    },
    async uploadAsset({ uploadUrl }, { name, label, content }) {
      const { data } = await call(`POST ${uploadUrl}`, {
        name,
        ...(label === null ? {} : { label }),
        data: content,
        headers: { 'content-type': 'application/octet-stream' },
      });
      return asset(data);
    },
    async renameAsset(id, name) {
      await call(`PATCH ${base}/releases/assets/{asset_id}`, { asset_id: id, name });
    },
    async deleteAsset(id) {
      await ignoreAbsent(call(`DELETE ${base}/releases/assets/{asset_id}`, { asset_id: id }));
    },
    async downloadAsset(id) {
      const { data } = await call(`GET ${base}/releases/assets/{asset_id}`, {
        asset_id: id,
        headers: { accept: 'application/octet-stream' },
      });
      return new Uint8Array(typeof data === 'string' ? new TextEncoder().encode(data) : (data as ArrayBuffer));
    },
    commitOn: async (parent, changes, message) => await commitOn(call, parent, changes, message),
    async createRef(ref, commit) {
      await call(`POST ${base}/git/refs`, { ref, sha: commit });
    },
    async propose({ from, into, title, body }) {
      const [owner = ''] = options.project.split('/');
      const open = await call(`GET ${base}/pulls`, { head: `${owner}:${from}`, base: into, state: 'open' });
      const [known] = list(open.data);
      const made = known ?? (await call(`POST ${base}/pulls`, { head: from, base: into, title, body })).data;
      return { number: number(field(made, 'number')), url: text(field(made, 'html_url')) };
    },
    async startWorkflow(file, ref) {
      const runs = await call(`GET ${base}/actions/workflows/{workflow_id}/runs`, {
        workflow_id: file,
        branch: ref,
        event: 'workflow_dispatch',
      });
      if (list(field(runs.data, 'workflow_runs')).length > 0) return;
      await call(`POST ${base}/actions/workflows/{workflow_id}/dispatches`, { workflow_id: file, ref });
    },
    tell: async (issues, note) =>
      await tell({ call, graphqlUrl: graphqlUrl(options.apiUrl), clock: options.clock }, issues, note),
  };
}

/** Requests to the API, patient with its limits; `{owner}` and `{repo}` are filled in. */
export function githubCalls(options: GitHubOptions): Call {
  return patient(sender(options), options.clock);
}

function sender({ project, token, apiUrl, timeoutMs = 30_000 }: GitHubOptions): Call {
  const [owner = '', repo = ''] = project.split('/');
  let client: Promise<{ request: (route: string, parameters: Record<string, unknown>) => Promise<unknown> }> | null =
    null;
  return async (route, parameters = {}) => {
    client ??= import('@actions/github').then(({ getOctokit }) => getOctokit(token, { baseUrl: apiUrl }) as never);
    const octokit = await client;
    const { query, variables } = parameters;
    const isQuery = typeof query === 'string' && query.startsWith('query');
    const answer = (await octokit.request(route, {
      ...(query === undefined ? { owner, repo } : {}),
      ...parameters,
      ...(isQuery ? { variables: { owner, repo, ...(variables as object) } } : {}),
      request: { signal: AbortSignal.timeout(timeoutMs) },
    })) as { status: number; headers: Record<string, string>; data: unknown };
    return answer;
  };
}

const pagesOfDrafts = 3;

/** A published release is found by its tag; drafts only in the list, where they stand near the top. */
async function findReleases(call: Call, tag: string): Promise<readonly ForgeRelease[]> {
  const found = new Map<number, ForgeRelease>();
  try {
    const published = release((await call('GET /repos/{owner}/{repo}/releases/tags/{tag}', { tag })).data);
    found.set(published.id, published);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  for (let page = 1; page <= pagesOfDrafts; page += 1) {
    const { data } = await call('GET /repos/{owner}/{repo}/releases', { per_page: 100, page });
    const all = list(data).map(release);
    for (const one of all) if (one.tag === tag) found.set(one.id, one);
    if (all.length < 100) break;
  }
  return [...found.values()].toSorted((a, b) => a.id - b.id);
}

async function ignoreAbsent(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function release(value: unknown): ForgeRelease {
  return {
    id: number(field(value, 'id')),
    tag: text(field(value, 'tag_name')),
    isDraft: field(value, 'draft') === true,
    isPrerelease: field(value, 'prerelease') === true,
    isImmutable: field(value, 'immutable') === true,
    url: text(field(value, 'html_url')),
    body: text(field(value, 'body')),
    assets: list(field(value, 'assets')).map(asset),
    uploadUrl: text(field(value, 'upload_url')),
  };
}

function asset(value: unknown): ForgeAsset {
  const digest = text(field(value, 'digest'));
  return {
    id: number(field(value, 'id')),
    name: text(field(value, 'name')),
    size: number(field(value, 'size')),
    digest: digest === '' ? null : digest,
    isComplete: field(value, 'state') === 'uploaded',
  };
}
