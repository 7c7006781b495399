import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RolloutRecord } from '../../../src/domain/rollout/messages.ts';
import { phases } from '../../../src/domain/rollout/phases.ts';
import { haproxy } from '../../../src/proxies/haproxy.ts';
import { startLoad } from '../../load/load.ts';
import { needs } from '../../requirements.ts';
import { openHost, ownerOf, scope } from './host.ts';
import type { Host } from './host.ts';

/** Strategies as real agents, proxies and processes play them. */

let host: Host;

beforeEach(async () => {
  host = await openHost();
});

afterEach(async () => {
  const agent = await host.connect();
  await agent.request({ type: 'down', ...scope }).catch(() => undefined);
  await host.close();
});

const behindHaproxy = () => {
  const proxy = haproxy.schema.parse({ type: 'haproxy', port: Number(new URL(host.url).port), releaseHeader: true });
  return { proxy, strategy: 'blue-green', steps: [{ weightPercent: 100, holdMs: 500 }], warmMs: 600_000 } as const;
};

needs('haproxy')(
  'blue-green on HAProxy goes through its six phases and is switched back without a start, and no request fails',
  async () => {
    await host.deploy(await host.plan('1.0.0', behindHaproxy()));
    const load = startLoad({ url: host.url, requestsPerSecond: 100, freshShare: 0.3 });
    const seen: string[] = [];
    const onRecord = ({ facts }: RolloutRecord): void => {
      const phase = facts?.['phase'];
      if (typeof phase === 'string' && seen.at(-1) !== phase) seen.push(phase);
    };
    const forward = await host.deploy(await host.plan('1.1.0', behindHaproxy()), onRecord);
    const whileWarm = host.pids().length;
    const back = await rollback();
    const report = await load.stop();

    expect(forward).toMatchObject({ outcome: 'ok' });
    expect(seen).toEqual([...phases]);
    expect(back.end).toMatchObject({ outcome: 'ok' });
    // What the switch back started would be one process more than before.
    expect(back.pids).toBe(whileWarm);
    expect(report.failures).toEqual([]);
    expect(Object.keys(report.byRelease)).toHaveLength(2);
    expect(await host.ask()).toBe('1.0.0');
  },
);

/** Most processes that ran until the way back was over. */
async function rollback() {
  const plan = await host.plan('1.0.0');
  const agent = await host.connect();
  await agent.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: 5_000 });
  let pids = 0;
  const { rolloutId } = await agent.request({ type: 'rollback', ...scope, version: null, runId: plan.runId });
  const end = await agent.follow(scope, rolloutId, ({ kind }) => {
    if (kind === 'shift') pids = host.pids().length;
  });
  await agent.request({ type: 'unlock', ...scope, runId: plan.runId });
  return { end, pids };
}

test('recreate: users see the maintenance page and nothing else until the new release has passed its smoke', async () => {
  const recreate = { strategy: 'recreate', steps: [{ weightPercent: 100, holdMs: 0 }] } as const;
  await host.deploy(await host.plan('1.0.0', recreate));
  const answers: string[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const response = await fetch(host.url, { headers: { connection: 'close' } });
      const text = await response.text();
      const seen = response.status === 503 && text.includes('Back in a moment') ? 'page' : `${response.status} ${text}`;
      if (answers.at(-1) !== seen) answers.push(seen);
    }
  })();
  await host.until(() => answers.length > 0);
  const end = await host.deploy(await host.plan('1.1.0', recreate));
  await host.until(() => answers.at(-1) === '200 1.1.0');
  isOver = true;
  await asking;

  expect(end).toMatchObject({ outcome: 'ok' });
  expect(answers).toEqual(['200 1.0.0', 'page', '200 1.1.0']);
});

test('recreate: a release that does not start is ended, and the old one is back before the page goes', async () => {
  const recreate = { strategy: 'recreate', steps: [{ weightPercent: 100, holdMs: 0 }] } as const;
  await host.deploy(await host.plan('1.0.0', recreate));
  const end = await host.deploy(await host.plan('1.1.0', recreate, { EXIT_AT_ONCE: '1' }));

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'RELEASE_EXITED' });
  expect(await host.ask()).toBe('1.0.0');
});
