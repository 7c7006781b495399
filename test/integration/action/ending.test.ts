import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  const port = await nodePorts().free();
  stage.write(
    'server.mjs',
    "import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');\n",
  );
  stage.write(
    'fairway.yml',
    `app: shop
build: { run: 'true' }
processes: { web: { command: node server.mjs, traffic: true, stopGrace: 1s } }
target: { type: process }
proxy: { type: embedded, port: ${port} }
deploy: { steps: [50, 100], hold: 20s, drain: 1s, lease: 2s }
`,
  );
  stage.write('slow.yml', "app: slow\nbuild: { run: 'sleep 60' }\n");
  stage.commit('feat: begin');
  const first = await stage.step({ with: { command: 'deploy' } });
  expect(first.main.log.at(-1)).toBeDefined();
  expect(first.main.outputs).toMatchObject({ outcome: 'ok', verdict: 'pass', 'rolled-back': 'false' });
});
afterAll(async () => {
  await stage.step({ with: { command: 'down', args: '- --yes' } });
  stage.close();
});

const serving = async (): Promise<string | undefined> => {
  const { main } = await stage.step({ with: { command: 'status', args: '- --json' } });
  const document = JSON.parse(main.stdout.slice(main.stdout.indexOf('{\n'))) as {
    result: { stable: { version: string }; rollout: unknown };
  };
  return document.result.rollout === null ? document.result.stable.version : undefined;
};

describe('a job that is cancelled', () => {
  test('in a build ends at once, with 130, and tells it', async () => {
    const { main, post } = await stage.step({
      with: { command: 'build', config: 'slow.yml' },
      cancelAt: /\$ sleep 60/,
    });
    expect({ code: main.code, outcome: main.outputs['outcome'] }).toEqual({ code: 130, outcome: 'interrupted' });
    expect(main.summary).toContain('fairway build: interrupted');
    expect({ code: post?.code, summary: post?.summary }).toEqual({ code: 0, summary: '' });
  });

  test('in a canary: traffic is back on stable before the step ends', async () => {
    const stable = await serving();
    stage.commit('feat: second');
    const { main } = await stage.step({ with: { command: 'deploy' }, cancelAt: /gets 50 % of the traffic/ });
    expect({ code: main.code, outcome: main.outputs['outcome'] }).toEqual({ code: 130, outcome: 'interrupted' });
    expect(main.log.join('\n')).toContain(`all traffic back to ${stable ?? '?'}`);
    expect(await serving()).toBe(stable);
  });

  test('and whose step is killed without a word: the post step tells it, the agent goes back by its lease', async () => {
    const stable = await serving();
    stage.commit('feat: third');
    const { main, post } = await stage.step({ with: { command: 'deploy' }, killAt: /gets 50 % of the traffic/ });
    expect(main.signal).toBe('SIGKILL');
    expect(main.summary).toBe('');
    expect(post?.code).toBe(0);
    expect(post?.summary).toContain('The step was ended before it could report');
    expect(post?.commands.map(({ name, properties }) => [name, properties['title']])).toEqual([
      ['warning', 'INTERRUPTED'],
    ]);
    await expect.poll(serving, { timeout: 30_000, interval: 500 }).toBe(stable);
  });
});
