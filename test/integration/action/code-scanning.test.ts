import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FakeGitHub, startFakeGitHub } from '../../fakes/github.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let github: FakeGitHub;
let sha = '';
beforeAll(async () => {
  stage = await openStage();
  mkdirSync(join(stage.workspace, 'apps/shop/migrations'), { recursive: true });
  stage.write('apps/shop/fairway.yml', 'app: shop\n');
  stage.write('apps/shop/migrations/0001_drop.sql', 'SELECT 1;\nDROP TABLE visits;\n');
  sha = stage.commit('feat: begin');
});
afterAll(() => stage.close());
beforeEach(async () => void (github = await startFakeGitHub()));
afterEach(async () => await github.close());

const classify = async (report: string, more: Readonly<Record<string, string>> = {}) =>
  await stage.step({
    with: {
      command: 'classify',
      'working-directory': 'apps/shop',
      args: JSON.stringify(['migrations', '--database=postgres', '--static']),
      report,
    },
    token: 'ghs_tokenTokenTokenToken',
    env: { GITHUB_API_URL: github.url, GITHUB_SHA: sha, GITHUB_REF: 'refs/heads/main', ...more },
  });

describe('code scanning', () => {
  test('gets what classify found, beside the line of the file, when it is asked for', async () => {
    const { main } = await classify('summary\nannotations\ncode-scanning');
    expect(main.outputs).toMatchObject({ code: 'MIGRATION_DANGEROUS', 'migration-class': 'dangerous' });
    expect(github.scans).toMatchObject([
      {
        commit: sha,
        ref: 'refs/heads/main',
        sarif: {
          runs: [
            {
              tool: { driver: { name: 'fairway classify' } },
              automationDetails: { id: 'fairway/apps/shop/classify/' },
              results: [
                {
                  ruleId: 'drops-what-is-used',
                  locations: [
                    {
                      physicalLocation: {
                        artifactLocation: { uri: 'apps/shop/migrations/0001_drop.sql' },
                        region: { startLine: 2 },
                      },
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    ]);
    const beside = main.commands.filter(({ properties }) => properties['file'] !== undefined);
    expect(beside.map(({ name, properties: { file, line } }) => [name, file, line])).toEqual([
      ['error', 'apps/shop/migrations/0001_drop.sql', '2'],
    ]);
    expect(main.stderr).not.toContain(': :error');
  });

  test('has nothing of a secret that stands in a migration', async () => {
    stage.write('apps/shop/migrations/0002_more.sql', 'DROP TABLE "ghs_tokenTokenTokenToken";\n');
    const { main } = await classify('code-scanning');
    expect(main.outputs['code']).toBe('MIGRATION_DANGEROUS');
    const sent = JSON.stringify(github.scans);
    expect(sent).not.toContain('ghs_tokenTokenTokenToken');
    expect(sent).toContain('***');
  });

  test('is not asked by default', async () => {
    await classify('');
    expect(github.log).toEqual([]);
  });

  test.each([
    [
      'without the permission the block to paste is printed',
      { message: 'Resource not accessible by integration' },
      { 'x-accepted-github-permissions': 'security_events=write' },
      'permissions:\n  contents: read\n  security-events: write',
    ],
    [
      'switched off, it is a matter of the settings',
      { message: 'Code Security must be enabled for this repository to use code scanning.' },
      {},
      'settings of the repository',
    ],
  ])('%s, and the run ends as it would', async (_, body, headers, said) => {
    github.overrides.push({ request: 'POST /code-scanning', reply: { status: 403, body, headers }, times: 1 });
    const { main } = await classify('code-scanning');
    expect(main.outputs['code']).toBe('MIGRATION_DANGEROUS');
    expect(main.log.join('\n')).toContain(said);
    expect(github.scans).toEqual([]);
  });

  test('a run that belongs to no commit is told about, and nothing is sent', async () => {
    const { main } = await classify('code-scanning', { GITHUB_REF: 'v1' });
    expect(main.log.join('\n')).toContain('GITHUB_REF and GITHUB_SHA name no branch and commit');
    expect(github.log).toEqual([]);
  });
});
