import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { build } from '../../../scripts/build.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { needs } from '../../requirements.ts';
import { root, workflows } from './files.ts';

/** A runner that somebody else wrote, on this machine: what it runs is the bundle, by `uses: ./`. */

let [folder, repository] = ['', ''];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-act-'));
  repository = join(folder, 'repository');
  mkdirSync(join(repository, '.github/workflows'), { recursive: true });
  for (const file of ['action.yml', 'package.json']) copyFileSync(join(root, file), join(repository, file));
  await build(join(repository, 'dist'));
  write(
    'server.mjs',
    "import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');\n",
  );
  write(
    'fairway.yml',
    `app: little
build: { run: 'true' }
test: { run: [[node, -e, "console.log('::error::from a test'); console.log(process.env.FROM_FILE ?? '')"]] }
processes: { web: { command: node server.mjs, traffic: true, stopGrace: 1s } }
target: { type: process }
proxy: { type: embedded, port: ${await nodePorts().free()} }
deploy: { steps: [50, 100], hold: 1s, drain: 1s }
release: { initial: 1.0.0, changelog: null, files: [], forge: none }
`,
  );
  write('.gitignore', 'node_modules\n');
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'feat: begin');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string): void => writeFileSync(join(repository, path), text);
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.example', ...args], {
    cwd: repository,
    encoding: 'utf8',
  });

const checkout = '      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n';

interface Line {
  readonly msg?: string;
  readonly level?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly kvPairs?: Readonly<Record<string, string>>;
  readonly raw_output?: boolean;
  readonly stepResult?: string;
  readonly jobResult?: string;
}

async function act(workflow: string, text: string, event = 'push') {
  write(join('.github/workflows', workflow), text);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'ci: a workflow');
  const args = [event, '--workflows', `.github/workflows/${workflow}`, '--json', '--no-cache-server'];
  const env = {
    PATH: [dirname(process.execPath), process.env['PATH'], '/opt/fairway-ci/bin'].join(delimiter),
    // npm finds there where its registry is.
    HOME: process.env['HOME'] ?? folder,
    FAIRWAY_STATE_DIR: join(folder, 'state'),
  };
  const platform = ['--platform', 'ubuntu-24.04=-self-hosted', '--env', `FAIRWAY_STATE_DIR=${env.FAIRWAY_STATE_DIR}`];
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile(
      'act',
      [...args, ...platform],
      { cwd: repository, env, timeout: 160_000, maxBuffer: 50e6 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout: `${stdout}\n${stderr}` }),
    );
  });
  const lines = stdout.split('\n').flatMap((line): readonly Line[] => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
  const shown = lines.filter(({ raw_output: isRaw }) => isRaw === true).map(({ msg = '' }) => msg.trimEnd());
  return { code, lines, shown, all: stdout };
}

describe('a runner that others wrote', () => {
  needs('act', 'git')(
    'runs every stage by uses: ./, with outputs, masks, annotations, summary and post steps',
    async () => {
      const { code, lines, shown, all } = await act(
        'deliver.yml',
        `on: push
permissions: {}
jobs:
  deliver:
    runs-on: ubuntu-24.04
    steps:
${checkout}      - id: check
        uses: ./
        with: { command: check, token: ghs_tokenTokenTokenToken }
      - id: wrong
        continue-on-error: true
        uses: ./
        with: { command: chekc }
      - id: ship
        uses: ./
        with: { command: ship, verbose: true }
      - id: down
        uses: ./
        with: { command: down, args: '[--yes]', report: none }
      - env:
          WRONG: \${{ steps.wrong.outcome }} \${{ steps.wrong.outputs.code }} \${{ steps.wrong.outputs.exit-code }}
          SHIP: \${{ steps.ship.outputs.outcome }} \${{ steps.ship.outputs.version }} \${{ steps.ship.outputs.released }} \${{ steps.ship.outputs.tag }} \${{ steps.ship.outputs.verdict }}
        run: echo "wrong=$WRONG ship=$SHIP"
`,
      );
      expect({ code, log: code === 0 ? '' : all }).toEqual({ code: 0, log: '' });
      expect(shown).toContain('wrong=failure COMMAND_UNKNOWN 2 ship=ok 1.0.0 true v1.0.0 pass');
      const errors = lines.filter(({ command }) => command === 'error');
      expect(errors.map(({ kvPairs }) => kvPairs?.['title'])).toEqual(['COMMAND_UNKNOWN']);
      expect(lines.filter(({ command }) => command === 'add-mask').length).toBeGreaterThan(0);
      const summaries = lines.filter(({ command }) => command === 'summary').map(({ content = '' }) => content);
      expect(summaries.some((text) => text.includes('## ✅ fairway ship: ok'))).toBe(true);
      expect(shown.some((line) => line.includes('| ::error::from a test'))).toBe(true);
      expect(shown.join('\n')).not.toContain('ghs_tokenTokenTokenToken');
      expect(all).toContain('Post');
    },
    120_000,
  );

  needs('act', 'git')(
    'runs our reusable workflows to their end: ship, and collect what the agent knows of it',
    async () => {
      const ship = (workflows.get('ship.yml') ?? '').replaceAll('uses: $/', 'uses: ./');
      write('.github/workflows/ship.yml', ship);
      write('.github/workflows/collect.yml', (workflows.get('collect.yml') ?? '').replaceAll('uses: $/', 'uses: ./'));
      git('commit', '--quiet', '--allow-empty', '--message', 'feat: more');
      const { code, lines, all } = await act(
        'caller.yml',
        `on: push
permissions: {}
jobs:
  ship:
    permissions: { contents: write, deployments: write, issues: write }
    uses: ./.github/workflows/ship.yml
    with: { environment: local }
  collect:
    needs: ship
    permissions: { contents: write, deployments: write, issues: write }
    uses: ./.github/workflows/collect.yml
    with: { environment: local }
  after:
    needs: [ship, collect]
    runs-on: ubuntu-24.04
    steps:
${checkout}      - env:
          OUTCOME: \${{ needs.ship.outputs.outcome }} \${{ needs.ship.outputs.version }}
        run: echo "outcome=$OUTCOME"
      - uses: ./
        with: { command: down, args: '[--yes]', report: none }
`,
      );
      expect({ code, log: code === 0 ? '' : all }).toEqual({ code: 0, log: '' });
      expect(lines.map(({ msg = '' }) => msg.trim())).toContainEqual(expect.stringMatching(/^outcome=ok 1\.\d+\.0$/));
      const summaries = lines.filter(({ command }) => command === 'summary').map(({ content = '' }) => content);
      const headings = summaries.map((text) => /## \S+ (fairway \w+: \w+)/.exec(text)?.[1]);
      expect(headings).toEqual(
        expect.arrayContaining([
          'fairway ship: planned',
          'fairway ship: ok',
          'fairway follow: ok',
          'fairway watch: ok',
        ]),
      );
    },
    120_000,
  );

  needs('act', 'git')(
    'ships the example, database and migrations included',
    async () => {
      const shop = join(folder, 'shop');
      cpSync(join(root, 'examples/shop'), shop, { recursive: true, filter: (path) => !path.includes('node_modules') });
      const config = readFileSync(join(shop, 'fairway.yml'), 'utf8');
      const port = String(await nodePorts().free());
      writeFileSync(
        join(shop, 'fairway.yml'),
        config.replaceAll('port: 8080', `port: ${port}`).replace('hold: 5s', 'hold: 1s'),
      );
      execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: shop });
      execFileSync('git', ['add', '--all'], { cwd: shop });
      const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b.example'];
      execFileSync('git', [...identity, 'commit', '--quiet', '--message', 'feat: a shop'], { cwd: shop });
      const { code, shown, all } = await act(
        'example.yml',
        `on: push
permissions: {}
jobs:
  example:
    runs-on: ubuntu-24.04
    env:
      NODE_PATH: ${join(root, 'node_modules')} # the embedded PostgreSQL is a package of its own
    steps:
${checkout}      - id: ship
        uses: ./
        with: { command: ship, working-directory: ${shop} }
      - uses: ./
        with: { command: down, args: '[--yes]', report: none, working-directory: ${shop} }
      - env:
          SHIP: \${{ steps.ship.outputs.outcome }} \${{ steps.ship.outputs.version }} \${{ steps.ship.outputs.rollback }} \${{ steps.ship.outputs.released }}
        run: echo "example=$SHIP"
`,
      );
      expect({ code, log: code === 0 ? '' : all }).toEqual({ code: 0, log: '' });
      expect(shown).toContain('example=ok 1.0.0 first true');
    },
    170_000,
  );

  needs('act', 'git')(
    'refuses to ship for a pull request',
    async () => {
      const { code, all } = await act(
        'pull.yml',
        `on: pull_request
permissions: {}
jobs:
  ship:
    runs-on: ubuntu-24.04
    steps:
${checkout}      - uses: ./
        with: { command: ship }
`,
        'pull_request',
      );
      expect(code).not.toBe(0);
      expect(all).toContain('a pull request is not merged yet');
    },
    120_000,
  );
});
