import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let base = '';
const config = (rate: string) => `app: shop\ndeploy: { guard: { errorRate: ${rate} } }\n`;
beforeAll(async () => {
  stage = await openStage();
  stage.write('fairway.yml', config('1%'));
  base = stage.commit('feat: begin');
  stage.write('fairway.yml', config('99%'));
  stage.commit('feat: ease the guard');
});
afterAll(() => stage.close());

async function errorRate(event: string, sha = base) {
  const payload = {
    pull_request: { number: 1, title: 'x', base: { sha }, head: { sha: 'b', repo: { full_name: 'owner/name' } } },
  };
  const { main } = await stage.step({ with: { command: 'check' }, event: { name: event, payload } });
  const document = JSON.parse(readFileSync(main.outputs['report'] ?? '', 'utf8')) as {
    result: { config: { deploy: { guard: { errorRate: number } } } };
  };
  return { rate: document.result.config.deploy.guard.errorRate, log: main.log.join('\n') };
}

describe('the limits that a change is judged by', () => {
  test('are those of the base branch on a pull request, and what the change touches is told', async () => {
    const { rate, log } = await errorRate('pull_request');
    expect(rate).toBe(0.01);
    expect(log).toContain('this change touches deploy of fairway.yml: it is judged as the base branch says');
  });

  test('are its own once it is pushed', async () => {
    expect((await errorRate('push')).rate).toBe(0.99);
  });

  test('cannot be compared in a shallow clone, which is told', async () => {
    expect((await errorRate('pull_request', '1'.repeat(40))).log).toContain('fetch-depth: 0');
  });

  test('a payload with an option in the place of a commit is no option', async () => {
    expect((await errorRate('pull_request', '--upload-pack=touch MARKER')).log).toContain('fetch-depth: 0');
  });
});
