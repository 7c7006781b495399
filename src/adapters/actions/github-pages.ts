import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Call } from '../forge/request.ts';

/** What a run leaves on GitHub for people: comments, deployments, issues. Each once, however often a run is repeated. */
export interface GitHubPages {
  /** Write our comment, or change the one that carries the marker. */
  stickyComment(issue: number, marker: string, body: string): Promise<void>;
  /** The deployment that this run made before, or a new one. */
  deployment(wanted: WantedDeployment): Promise<number>;
  /** The newest one that Fairway made for an environment, and the last state that it was given. */
  lastDeployment(environment: string): Promise<{ readonly id: number; readonly state: string } | null>;
  deploymentState(id: number, state: DeploymentState, details: StateDetails): Promise<void>;
  /** Open an issue, unless an open one carries the marker. */
  issueOnce(marker: string, issue: { readonly title: string; readonly body: string }): Promise<void>;
  /** The one open issue that carries the marker says this from now on; without one it is opened. Closed when done. */
  stickyIssue(
    marker: string,
    issue: { readonly title: string; readonly body: string; readonly isOpen: boolean },
  ): Promise<void>;
  /** Findings for code scanning, beside the lines of a commit on a branch, a tag or a pull request. */
  uploadSarif(found: { readonly commit: string; readonly ref: string; readonly sarif: string }): Promise<void>;
}

export interface WantedDeployment {
  readonly commit: string;
  readonly environment: string;
  /** Names the run: a second attempt finds what the first one made. */
  readonly run: string;
  readonly isProduction: boolean;
}

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

export interface StateDetails {
  readonly description: string;
  readonly environmentUrl: string | null;
  readonly logUrl: string | null;
}

const base = '/repos/{owner}/{repo}';
const pageSize = 100;
const mostPages = 10;

export function githubPages(call: Call): GitHubPages {
  /** All of a list, to the tenth page. */
  async function all(route: string, parameters: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const { data } = await call(route, { ...parameters, per_page: pageSize, page });
      const list = Array.isArray(data) ? (data as readonly unknown[]) : [];
      found.push(...list);
      if (list.length < pageSize) break;
    }
    return found;
  }
  return {
    async stickyComment(issue, marker, body) {
      const comments = await all(`GET ${base}/issues/{issue_number}/comments`, { issue_number: issue });
      const ours = comments.find((comment) => isOurs(comment, marker));
      if (ours === undefined) {
        await call(`POST ${base}/issues/{issue_number}/comments`, { issue_number: issue, body });
      } else if (text(ours, 'body') !== body) {
        await call(`PATCH ${base}/issues/comments/{comment_id}`, { comment_id: number(ours, 'id'), body });
      }
    },
    async deployment({ commit, environment, run, isProduction }) {
      const before = await all(`GET ${base}/deployments`, { sha: commit, environment, task: 'deploy' });
      const ours = before.find((one) => text(payloadOf(one), 'fairway') === run);
      if (ours !== undefined) return number(ours, 'id');
      const { data } = await call(`POST ${base}/deployments`, {
        ref: commit,
        environment,
        task: 'deploy',
        auto_merge: false,
        required_contexts: [],
        production_environment: isProduction,
        description: 'by Fairway',
        payload: { fairway: run },
      });
      return number(data, 'id');
    },
    async lastDeployment(environment) {
      const { data } = await call(`GET ${base}/deployments`, { environment, task: 'deploy', per_page: pageSize });
      const ours = (Array.isArray(data) ? data : []).filter((one) => text(payloadOf(one), 'fairway') !== '');
      const id = Math.max(...ours.map((one) => number(one, 'id')));
      if (!Number.isFinite(id)) return null;
      const route = `GET ${base}/deployments/{deployment_id}/statuses`;
      const { data: states } = await call(route, { deployment_id: id, per_page: 1 });
      return { id, state: text(Array.isArray(states) ? states[0] : null, 'state') };
    },
    async deploymentState(id, state, { description, environmentUrl, logUrl }) {
      await call(`POST ${base}/deployments/{deployment_id}/statuses`, {
        deployment_id: id,
        state,
        description: description.slice(0, 140),
        ...(environmentUrl === null ? {} : { environment_url: environmentUrl }),
        ...(logUrl === null ? {} : { log_url: logUrl }),
      });
    },
    async issueOnce(marker, { title, body }) {
      const open = await all(`GET ${base}/issues`, { state: 'open', sort: 'created', direction: 'desc' });
      if (open.some((issue) => isOurs(issue, marker))) return;
      await call(`POST ${base}/issues`, { title, body });
    },
    async stickyIssue(marker, { title, body, isOpen }) {
      const open = await all(`GET ${base}/issues`, { state: 'open', sort: 'created', direction: 'desc' });
      const ours = open.find((issue) => isOurs(issue, marker) && field(issue, 'pull_request') === undefined);
      if (ours !== undefined) {
        const state = isOpen ? {} : { state: 'closed', state_reason: 'completed' };
        await call(`PATCH ${base}/issues/{issue_number}`, {
          issue_number: number(ours, 'number'),
          title,
          body,
          ...state,
        });
      } else if (isOpen) {
        await call(`POST ${base}/issues`, { title, body });
      }
    },
    async uploadSarif({ commit, ref, sarif }) {
      const packed = await promisify(gzip)(sarif);
      await call(`POST ${base}/code-scanning/sarifs`, { commit_sha: commit, ref, sarif: packed.toString('base64') });
    },
  };
}

/** It begins with the marker: somebody who quotes it somewhere does not get a text changed. */
const isOurs = (value: unknown, marker: string): boolean => text(value, 'body').trimStart().startsWith(marker);

function payloadOf(deployment: unknown): unknown {
  const payload = field(deployment, 'payload');
  if (typeof payload !== 'string') return payload;
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const text = (value: unknown, name: string): string => {
  const found = field(value, name);
  return typeof found === 'string' ? found : '';
};
const number = (value: unknown, name: string): number => {
  const found = field(value, name);
  return typeof found === 'number' ? found : Number.NaN;
};
