import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { gitRoutes } from './github-git.ts';
import type { GraphqlWorld } from './github-graphql.ts';
import { answerGraphql } from './github-graphql.ts';

/** What goes wrong with one request: `before` nothing happens, `after` it happens and nobody hears of it. */
export interface Fault {
  /** Counted from 1 over all requests. */
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly how: 'status-503' | 'cut' | 'hang';
}

interface Asset {
  id: number;
  name: string;
  label: string | null;
  content: Buffer;
  state: 'uploaded' | 'starter';
}

interface Release {
  id: number;
  tag_name: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  make_latest: string | null;
  assets: Asset[];
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeGitHub extends GraphqlWorld {
  readonly url: string;
  readonly releases: Release[];
  readonly pulls: { number: number; head: string; base: string; title: string }[];
  readonly issues: { id: number; number: number; title: string; body: string; state: 'open' | 'closed' }[];
  readonly deployments: {
    id: number;
    sha: string;
    environment: string;
    task: string;
    payload: unknown;
    statuses: { state: string; description: string; environment_url?: string }[];
  }[];
  /** What code scanning was given, unpacked. */
  readonly scans: { commit: string; ref: string; sarif: unknown }[];
  readonly dispatches: { workflow: string; ref: string }[];
  /** Its token is of an app: commits made through the API are signed. */
  isSigning: boolean;
  /** Some servers have none. */
  hasGraphql: boolean;
  /** `GET /releases/tags/v1.0.0`, `QUERY /graphql`, `MUTATION /graphql`, in order. */
  readonly log: string[];
  faults: Fault[];
  /** Answers instead of the usual one, as often as it is listed; tried in order by prefix. */
  readonly overrides: { readonly request: string; readonly reply: Reply; times: number }[];
  readonly repository: { permissions: { push: boolean }; archived: boolean };
  branchRules: { type: string }[];
  tagRulesets: { id: number; target: string; enforcement: string; rules: { type: string }[]; conditions: unknown }[];
  isImmutable: boolean;
  /** By branch protection, which the rules do not show. */
  isProtected: boolean;
  close(): Promise<void>;
}

/**
 * The part of GitHub's API that a release uses, with its edges: hidden drafts, names taken once, digests, rules.
 *
 * With a bare repository it has the git database of it, too.
 */
export async function startFakeGitHub(bareRepository?: string): Promise<FakeGitHub> {
  let nextId = 1;
  let seen = 0;
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github: FakeGitHub = {
    url,
    releases: [],
    pulls: [],
    comments: [],
    labels: [],
    knownLabels: [],
    missingIssues: [],
    lockedIssues: [],
    protection: null,
    isSigning: true,
    hasGraphql: true,
    issues: [],
    deployments: [],
    scans: [],
    dispatches: [],
    log: [],
    faults: [],
    overrides: [],
    repository: { permissions: { push: true }, archived: false },
    branchRules: [],
    tagRulesets: [],
    isImmutable: false,
    isProtected: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen += 1;
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const path = pathname.replace('/repos/owner/name', '');
    const sent = Buffer.concat(chunks);
    const verb =
      path === '/graphql' ? (/"query":"mutation/.test(sent.toString()) ? 'MUTATION' : 'QUERY') : request.method;
    const line = `${verb ?? ''} ${path}`;
    github.log.push(line);
    const fault = github.faults.find(({ at }) => at === seen);
    if (fault?.when === 'before') return fail(fault, request, response);
    const override = github.overrides.find((one) => one.times > 0 && line.startsWith(one.request));
    if (override !== undefined) override.times -= 1;
    const reply = override?.reply ?? answer(request.method ?? '', path, searchParams, sent, request);
    if (fault?.when === 'after') return fail(fault, request, response);
    const isBytes = Buffer.isBuffer(reply.body);
    response.writeHead(reply.status, {
      'content-type': isBytes ? 'application/octet-stream' : 'application/json',
      ...reply.headers,
    });
    response.end(isBytes ? reply.body : reply.body === undefined ? '' : JSON.stringify(reply.body));
  }

  function fail({ how }: Fault, request: IncomingMessage, response: ServerResponse): void {
    if (how === 'cut') request.socket.destroy();
    else if (how === 'status-503')
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"unavailable"}');
  }

  function answer(
    method: string,
    path: string,
    query: URLSearchParams,
    bytes: Buffer,
    request: IncomingMessage,
  ): Reply {
    const json = () => JSON.parse(bytes.toString('utf8') || '{}') as Record<string, never>;
    const routes: [string, RegExp, (...groups: string[]) => Reply][] = [
      ['GET', /^$/, () => ok(github.repository)],
      ['GET', /^\/rules\/branches\/(.+)$/, () => ok(github.branchRules)],
      ['GET', /^\/branches\/(.+)$/, () => ok({ protected: github.isProtected || github.branchRules.length > 0 })],
      [
        'GET',
        /^\/rulesets$/,
        () => ok(github.tagRulesets.map(({ id, target, enforcement }) => ({ id, target, enforcement }))),
      ],
      ['GET', /^\/rulesets\/(\d+)$/, (id) => found(github.tagRulesets.find((set) => set.id === Number(id)))],
      ['GET', /^\/immutable-releases$/, () => (github.isImmutable ? ok({ enabled: true }) : absent())],
      [
        'GET',
        /^\/releases\/tags\/(.+)$/,
        (tag) => found(shown(github.releases.find((one) => one.tag_name === tag && !one.draft))),
      ],
      [
        'GET',
        /^\/releases$/,
        () => ok(query.get('page') === '1' ? github.releases.toReversed().map((one) => shown(one)) : []),
      ],
      ['POST', /^\/releases$/, () => createRelease(json())],
      ['PATCH', /^\/releases\/(\d+)$/, (id) => patchRelease(Number(id), json())],
      ['DELETE', /^\/releases\/(\d+)$/, (id) => deleteRelease(Number(id))],
      ['POST', /^\/releases\/(\d+)\/assets$/, (id) => upload(Number(id), query, bytes)],
      ['GET', /^\/releases\/assets\/(\d+)$/, (id) => download(Number(id), request)],
      ['PATCH', /^\/releases\/assets\/(\d+)$/, (id) => rename(Number(id), json())],
      ['DELETE', /^\/releases\/assets\/(\d+)$/, (id) => removeAsset(Number(id))],
      [
        'GET',
        /^\/pulls$/,
        () => ok(github.pulls.filter(({ head }) => query.get('head') === `owner:${head}`).map(pull)),
      ],
      ['POST', /^\/pulls$/, () => createPull(json())],
      [
        'GET',
        /^\/issues\/(\d+)\/comments$/,
        (issue) => ok(github.comments.filter((one) => one.issue === Number(issue)).map(shownComment)),
      ],
      ['POST', /^\/issues\/(\d+)\/comments$/, (issue) => createComment(Number(issue), json())],
      ['PATCH', /^\/issues\/comments\/(\d+)$/, (id) => editComment(Number(id), json())],
      ['GET', /^\/issues$/, () => ok(github.issues.filter(({ state }) => state === (query.get('state') ?? 'open')))],
      ['POST', /^\/issues$/, () => createIssue(json())],
      ['PATCH', /^\/issues\/(\d+)$/, (number) => editIssue(Number(number), json())],
      [
        'GET',
        /^\/deployments$/,
        () => ok(github.deployments.filter((one) => isAsked(one, query)).map(shownDeployment)),
      ],
      ['POST', /^\/deployments$/, () => createDeployment(json())],
      [
        'GET',
        /^\/deployments\/(\d+)\/statuses$/,
        (id) => ok(github.deployments.find((one) => one.id === Number(id))?.statuses.toReversed() ?? []),
      ],
      ['POST', /^\/deployments\/(\d+)\/statuses$/, (id) => createStatus(Number(id), json())],
      [
        'GET',
        /^\/actions\/workflows\/(.+)\/runs$/,
        (workflow) =>
          ok({
            workflow_runs: github.dispatches.filter(
              (one) => one.workflow === workflow && one.ref === query.get('branch'),
            ),
          }),
      ],
      ['POST', /^\/actions\/workflows\/(.+)\/dispatches$/, (workflow) => dispatch(workflow, json())],
      ['POST', /^\/code-scanning\/sarifs$/, () => receiveSarif(json())],
      ['POST', /^\/labels$/, () => createLabel(json())],
      ['POST', /^\/issues\/(\d+)\/labels$/, (issue) => addLabels(Number(issue), json())],
      ['POST', /^\/graphql$/, () => (github.hasGraphql ? graphql(json()) : absent())],
      ...(bareRepository === undefined ? [] : gitRoutes(bareRepository, json, () => github.isSigning)),
    ];
    for (const [verb, pattern, handle] of routes) {
      const match = verb === method ? pattern.exec(path) : null;
      if (match !== null) return handle(...match.slice(1).map(decodeURIComponent));
    }
    return absent();
  }

  const ok = (body: unknown, status = 200): Reply => ({ status, body });
  const absent = (): Reply => ({ status: 404, body: { message: 'Not Found' } });
  const found = (body: unknown): Reply => (body === undefined ? absent() : ok(body));
  const invalid = (code: string): Reply => ({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ code }] },
  });

  const shownAsset = (asset: Asset) => ({
    id: asset.id,
    name: asset.name,
    label: asset.label,
    size: asset.content.length,
    state: asset.state,
    digest: asset.state === 'uploaded' ? `sha256:${createHash('sha256').update(asset.content).digest('hex')}` : null,
  });

  function shown(release: Release | undefined) {
    if (release === undefined) return undefined;
    const { assets, make_latest: _, ...rest } = release;
    return {
      ...rest,
      immutable: github.isImmutable && !release.draft,
      html_url: `${url}/releases/${release.id}`,
      upload_url: `${url}/repos/owner/name/releases/${release.id}/assets{?name,label}`,
      assets: assets.map(shownAsset),
    };
  }

  function createRelease(body: {
    tag_name?: string;
    name?: string;
    body?: string;
    draft?: boolean;
    prerelease?: boolean;
  }): Reply {
    if ((body.body ?? '').length > 125_000) return invalid('too_long');
    if (body.draft !== true && github.releases.some((one) => one.tag_name === body.tag_name && !one.draft))
      return invalid('already_exists');
    const release: Release = {
      id: nextId++,
      tag_name: body.tag_name ?? '',
      name: body.name ?? '',
      body: body.body ?? '',
      draft: body.draft === true,
      prerelease: body.prerelease === true,
      make_latest: null,
      assets: [],
    };
    github.releases.push(release);
    return ok(shown(release), 201);
  }

  function patchRelease(id: number, body: { draft?: boolean; make_latest?: string }): Reply {
    const release = github.releases.find((one) => one.id === id);
    if (release === undefined) return absent();
    if (body.draft === false) release.draft = false;
    if (body.make_latest !== undefined) release.make_latest = body.make_latest;
    return ok(shown(release));
  }

  function deleteRelease(id: number): Reply {
    const at = github.releases.findIndex((one) => one.id === id);
    if (at === -1) return absent();
    github.releases.splice(at, 1);
    return { status: 204 };
  }

  function upload(id: number, query: URLSearchParams, content: Buffer): Reply {
    const release = github.releases.find((one) => one.id === id);
    const name = query.get('name') ?? '';
    if (release === undefined) return absent();
    if (github.isImmutable && !release.draft) return invalid('immutable');
    if (release.assets.some((asset) => asset.name === name)) return invalid('already_exists');
    const asset: Asset = { id: nextId++, name, label: query.get('label'), content, state: 'uploaded' };
    release.assets.push(asset);
    return ok(shownAsset(asset), 201);
  }

  const ownerOf = (id: number) => github.releases.find(({ assets }) => assets.some((asset) => asset.id === id));

  function download(id: number, request: IncomingMessage): Reply {
    const asset = ownerOf(id)?.assets.find((one) => one.id === id);
    if (asset === undefined) return absent();
    return request.headers.accept === 'application/octet-stream'
      ? { status: 200, body: asset.content }
      : ok(shownAsset(asset));
  }

  function rename(id: number, body: { name?: string }): Reply {
    const release = ownerOf(id);
    const asset = release?.assets.find((one) => one.id === id);
    if (release === undefined || asset === undefined || body.name === undefined) return absent();
    if (release.assets.some((one) => one.id !== id && one.name === body.name)) return invalid('already_exists');
    asset.name = body.name;
    return ok(shownAsset(asset));
  }

  function removeAsset(id: number): Reply {
    const release = ownerOf(id);
    if (release === undefined) return absent();
    release.assets.splice(
      release.assets.findIndex((asset) => asset.id === id),
      1,
    );
    return { status: 204 };
  }

  const graphql = (body: { query?: string; variables?: never }): Reply =>
    ok(answerGraphql(body.query ?? '', body.variables ?? ({} as never), github));

  function createLabel({ name = '' }: { name?: string }): Reply {
    if (github.knownLabels.includes(name)) return invalid('already_exists');
    github.knownLabels.push(name);
    return ok({ name, node_id: `L_${name}` }, 201);
  }

  function addLabels(issue: number, { labels = [] }: { labels?: readonly string[] }): Reply {
    for (const name of labels) {
      if (!github.labels.some((one) => one.issue === issue && one.name === name)) github.labels.push({ issue, name });
    }
    return ok([]);
  }

  const pull = (one: FakeGitHub['pulls'][number]) => ({ number: one.number, html_url: `${url}/pull/${one.number}` });

  function createPull(body: { head?: string; base?: string; title?: string }): Reply {
    if (github.pulls.some(({ head }) => head === body.head)) return invalid('already_exists');
    const made = { number: nextId++, head: body.head ?? '', base: body.base ?? '', title: body.title ?? '' };
    github.pulls.push(made);
    return ok(pull(made), 201);
  }

  const shownComment = ({ issue: _, ...rest }: FakeGitHub['comments'][number]) => rest;

  function createComment(issue: number, body: { body?: string }): Reply {
    if ((body.body ?? '').length > 65_536) return invalid('too_long');
    const made = { id: nextId++, issue, body: body.body ?? '' };
    github.comments.push(made);
    return ok(shownComment(made), 201);
  }

  function editComment(id: number, body: { body?: string }): Reply {
    const comment = github.comments.find((one) => one.id === id);
    if (comment === undefined) return absent();
    comment.body = body.body ?? '';
    return ok(shownComment(comment));
  }

  function createIssue(body: { title?: string; body?: string }): Reply {
    const id = nextId++;
    const made = { id, number: id, title: body.title ?? '', body: body.body ?? '', state: 'open' as const };
    github.issues.push(made);
    return ok(made, 201);
  }

  function editIssue(number: number, body: { title?: string; body?: string; state?: 'open' | 'closed' }): Reply {
    const issue = github.issues.find((one) => one.number === number);
    if (issue === undefined) return absent();
    const { title = issue.title, body: text = issue.body, state = issue.state } = body;
    Object.assign(issue, { title, body: text, state });
    return ok(issue);
  }

  const isAsked = ({ sha, environment, task }: FakeGitHub['deployments'][number], query: URLSearchParams): boolean =>
    Object.entries({ sha, environment, task }).every(([key, value]) => (query.get(key) ?? value) === value);

  const shownDeployment = ({ statuses: _, ...rest }: FakeGitHub['deployments'][number]) => rest;

  /** Without `required_contexts: []` the real one refuses as long as a check of the commit has not succeeded. */
  function createDeployment(body: {
    ref?: string;
    environment?: string;
    task?: string;
    payload?: unknown;
    required_contexts?: string[];
  }): Reply {
    if (body.required_contexts?.length !== 0)
      return { status: 409, body: { message: 'Conflict: Commit status checks' } };
    const made = {
      id: nextId++,
      sha: body.ref ?? '',
      environment: body.environment ?? 'production',
      task: body.task ?? 'deploy',
      payload: body.payload ?? {},
      statuses: [],
    };
    github.deployments.push(made);
    return ok(shownDeployment(made), 201);
  }

  function createStatus(id: number, body: { state?: string; description?: string; environment_url?: string }): Reply {
    const deployment = github.deployments.find((one) => one.id === id);
    const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];
    if (deployment === undefined) return absent();
    if (!states.includes(body.state ?? '') || (body.description ?? '').length > 140) return invalid('invalid');
    deployment.statuses.push({ description: '', ...body, state: body.state ?? '' });
    return ok({ id: nextId++ }, 201);
  }

  function receiveSarif(body: { commit_sha?: string; ref?: string; sarif?: string }): Reply {
    const { commit_sha: commit = '', ref = '', sarif = '' } = body;
    github.scans.push({ commit, ref, sarif: JSON.parse(gunzipSync(Buffer.from(sarif, 'base64')).toString()) });
    const id = `47177e22-5596-11eb-80a1-${String(nextId++).padStart(12, '0')}`;
    return ok({ id, url: `${url}/repos/owner/name/code-scanning/sarifs/${id}` }, 202);
  }

  function dispatch(workflow: string | undefined, body: { ref?: string }): Reply {
    github.dispatches.push({ workflow: workflow ?? '', ref: body.ref ?? '' });
    return { status: 204 };
  }

  return github;
}
