import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { type FakeGitHub, startFakeGitHub } from '../../fakes/github.ts';
import type { Step } from '../../harness/runner.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let github: FakeGitHub;
beforeAll(async () => {
  stage = await openStage();
  const port = await nodePorts().free();
  stage.write(
    'server.mjs',
    "import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');\n",
  );
  stage.write('broken.mjs', 'process.exit(1);\n');
  const config = (program: string) => `app: shop
build: { run: 'true' }
processes: { web: { command: node ${program}, traffic: true, stopGrace: 1s, maxRestarts: 0 } }
target: { type: process }
proxy: { type: embedded, port: ${port} }
deploy: { steps: [100], hold: 1s, drain: 1s }
environment: staging
`;
  stage.write('fairway.yml', config('server.mjs'));
  stage.write('broken.yml', config('broken.mjs'));
});
afterAll(async () => {
  await stage.step({ with: { command: 'down', args: '- --yes' } });
  stage.close();
});
beforeEach(async () => void (github = await startFakeGitHub()));
afterEach(async () => await github.close());

const token = 'ghs_tokenTokenTokenToken';
const pull = (head = 'owner/name') => ({
  name: 'pull_request',
  payload: {
    pull_request: { number: 7, title: 'feat: x', base: { sha: 'a' }, head: { sha: 'b', repo: { full_name: head } } },
  },
});

async function step(inputs: Step['with'], more: Partial<Step> & { sha?: string } = {}) {
  const { sha = stage.commit('feat: next'), ...rest } = more;
  const env = { GITHUB_API_URL: github.url, GITHUB_SHA: sha };
  return { ...(await stage.step({ with: inputs ?? {}, token, env, ...rest })), sha };
}

const denied = (header: string | null) => ({
  status: 403,
  body: { message: 'Resource not accessible by integration' },
  ...(header === null ? {} : { headers: { 'x-accepted-github-permissions': header } }),
});

describe('a deployment', () => {
  test('is in progress, then a success with its address', async () => {
    const { main, sha } = await step({ command: 'deploy' });
    expect(main.outputs['outcome']).toBe('ok');
    expect(github.deployments).toMatchObject([{ sha, environment: 'staging', task: 'deploy' }]);
    expect(github.deployments[0]?.statuses.map(({ state, environment_url: url }) => [state, url])).toEqual([
      ['in_progress', undefined],
      ['success', main.outputs['url']],
    ]);
  });

  test('left to the agent is in progress until a later run collects its end', async () => {
    const { main, sha } = await step({ command: 'deploy', wait: 'false' });
    expect(main.outputs).toMatchObject({ outcome: 'running', 'exit-code': '0' });
    const states = (): readonly string[] => github.deployments[0]?.statuses.map(({ state }) => state) ?? [];
    expect(states()).toEqual(['in_progress']);

    const { main: later } = await step({ command: 'follow' }, { sha });
    expect(later.outputs['outcome']).toBe('ok');
    expect(states()).toEqual(['in_progress', 'success']);

    await step({ command: 'follow' }, { sha });
    expect(states()).toEqual(['in_progress', 'success']);
  });

  test('is made once, however often the run is repeated', async () => {
    const { sha } = await step({ command: 'deploy' });
    await step({ command: 'deploy' }, { sha });
    expect(github.deployments).toHaveLength(1);
    expect(github.deployments[0]?.statuses.at(-1)?.state).toBe('success');
  });

  test('that was rolled back is a failure and then inactive, and an issue tells why, once', async () => {
    const inputs = { command: 'deploy', config: 'broken.yml', report: 'deployment\nissue' };
    const { main, sha } = await step(inputs);
    expect(main.outputs['outcome']).toBe('rolled-back');
    await step(inputs, { sha });
    expect(github.deployments[0]?.statuses.slice(0, 3).map(({ state }) => state)).toEqual([
      'in_progress',
      'failure',
      'inactive',
    ]);
    expect(github.issues.map(({ title }) => title)).toEqual([expect.stringContaining('in staging (RELEASE_EXITED)')]);
  });

  test('without the permission: the run goes on, and the exact block is printed', async () => {
    github.overrides.push({ request: 'GET /deployments', reply: denied('deployments=write'), times: 5 });
    const { main } = await step({ command: 'deploy' });
    expect(main.outputs['outcome']).toBe('ok');
    expect(main.log.join('\n')).toContain('permissions:\n  contents: read\n  deployments: write');
    expect(github.deployments).toEqual([]);
  });
});

describe('the comment on a pull request', () => {
  test('is written once and changed afterwards', async () => {
    await step({ command: 'check' }, { event: pull() });
    await step({ command: 'check', config: 'missing.yml' }, { event: pull() });
    expect(github.comments).toMatchObject([
      { issue: 7, body: expect.stringContaining('CONFIG&#95;MISSING') as unknown },
    ]);
    expect(github.comments[0]?.body.startsWith('<!-- fairway:Deliver/deliver/check -->')).toBe(true);
  });

  test('on a server of an enterprise it links to that server', async () => {
    const env = { GITHUB_API_URL: github.url, GITHUB_SERVER_URL: 'https://ghes.example', GITHUB_SHA: 'a'.repeat(40) };
    await step({ command: 'check' }, { event: pull(), env });
    expect(github.comments[0]?.body).toContain('(https://ghes.example/owner/name/actions/runs/1234)');
    expect(github.comments[0]?.body).not.toContain('github.com');
  });

  test('a comment that quotes our marker is left alone', async () => {
    github.comments.push({ issue: 7, id: 99, body: 'see <!-- fairway:Deliver/deliver/check -->' });
    await step({ command: 'check' }, { event: pull() });
    expect(github.comments).toHaveLength(2);
    expect(github.comments[0]?.body).toBe('see <!-- fairway:Deliver/deliver/check -->');
  });

  test("a fork's token only reads: said in one sentence, the run is not affected", async () => {
    github.overrides.push({
      request: 'POST /issues/7/comments',
      reply: denied('issues=write; pull_requests=write'),
      times: 1,
    });
    const { main } = await step({ command: 'check' }, { event: pull('fork/name') });
    expect(main.code).toBe(0);
    expect(main.log.join('\n')).toContain('A pull request of a fork has a token that only reads');
  });

  test.each([
    ['an expired token', { status: 401, body: { message: 'Bad credentials' } }, 'expired'],
    ['no header', denied(null), 'pull-requests: write'],
    ['a server that is down', { status: 502, body: {} }, 'gave no answer'],
    [
      'a limit',
      { status: 403, body: { message: 'API rate limit exceeded' }, headers: { 'retry-after': '3600' } },
      'limits requests',
    ],
    ['an answer that is no list', { status: 200, body: 'x' }, null],
  ])('with %s the run is not affected', async (_, reply, said) => {
    github.overrides.push({ request: 'GET /issues/7/comments', reply, times: 9 });
    const { main } = await step({ command: 'check' }, { event: pull() });
    expect(main.code).toBe(0);
    if (said !== null) expect(main.log.join('\n')).toContain(said);
  });

  test('without a token there is none, and GitHub is not asked', async () => {
    const { main } = await step({ command: 'check', token: '' }, { event: pull() });
    expect({ code: main.code, log: github.log }).toEqual({ code: 0, log: [] });
  });
});

test('a step that is killed leaves no deployment in progress: its post step ends it', async () => {
  await step({ command: 'deploy' });
  const { main, post } = await step({ command: 'deploy' }, { killAt: /start web/ });
  expect({ signal: main.signal, post: post?.code }).toEqual({ signal: 'SIGKILL', post: 0 });
  const killed = github.deployments.at(-1);
  expect(killed?.statuses.map(({ state, description }) => [state, description])).toEqual([
    ['in_progress', 'fairway deploy'],
    ['error', 'the step was ended from outside'],
    ['inactive', 'the release before it serves'],
  ]);
});
