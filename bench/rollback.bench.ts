import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openHost } from '../test/integration/agent/host.ts';

/**
 * From the decision to roll back until no new request reaches the canary, on this machine.
 *
 * A real agent with the embedded proxy and two releases; a canary with half of the traffic fails one request in five.
 * Decided: the record of the verdict. Over: the last request that was sent and still answered by the canary. In between
 * lies one record of the journal, synced to the disk, and one call to the proxy.
 * Run: `node scripts/guard.mjs bench/rollback.bench.ts [RUNS]`.
 */

const goalMs = 50;
const loops = 8;
const results = fileURLToPath(new URL('results/rollback.json', import.meta.url));

interface Sample {
  readonly decisionToLastRequestMs: number;
  readonly decisionToEndMs: number;
  readonly requests: number;
}

/** Ask as fast as answers come, over kept connections; tells when each request to the canary was sent. */
function startUsers(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: loops });
  const toCanary: number[] = [];
  let [isOver, requests] = [false, 0];
  const ask = async (): Promise<void> => {
    const sentAt = performance.timeOrigin + performance.now();
    await new Promise<void>((resolve) => {
      const request = get(url, { agent, timeout: 5_000 }, (response) => {
        requests += 1;
        if (response.headers['x-version'] === '1.1.0') toCanary.push(sentAt);
        response.resume().once('close', resolve);
      });
      request.once('timeout', () => request.destroy());
      request.once('error', () => resolve());
    });
  };
  const user = async (): Promise<void> => {
    while (!isOver) await ask();
  };
  const users = Array.from({ length: loops }, user);
  return {
    async stop() {
      isOver = true;
      await Promise.all(users);
      agent.destroy();
      return { toCanary, requests };
    },
  };
}

async function sample(): Promise<Sample> {
  const host = await openHost();
  try {
    await host.deploy(await host.plan('1.0.0'));
    const users = startUsers(host.url);
    const steps = [{ weightPercent: 50, holdMs: 30_000 }];
    let decidedAt = 0;
    const end = await host.deploy(await host.plan('1.1.0', { steps }, { FAIL_EVERY: '5' }), ({ kind, at }) => {
      if (kind === 'observe') decidedAt = Date.parse(at);
    });
    const endedAt = Date.now();
    const { toCanary, requests } = await users.stop();
    if (end.outcome !== 'rolled-back') throw new Error(`the rollout ended ${end.outcome}: ${end.message}`);
    return {
      decisionToLastRequestMs: Math.max(0, Math.round((Math.max(...toCanary) - decidedAt) * 10) / 10),
      decisionToEndMs: endedAt - decidedAt,
      requests,
    };
  } finally {
    await host.close();
  }
}

const runs = Number(process.argv[2] ?? 11);
const samples: Sample[] = [];
for (let run = 0; run < runs; run += 1) samples.push(await sample());
const sorted = samples.map(({ decisionToLastRequestMs }) => decisionToLastRequestMs).toSorted((a, b) => a - b);
const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
const report = {
  made: 'node scripts/guard.mjs bench/rollback.bench.ts',
  machine: { cpus: cpus().length, platform: `${process.platform}-${process.arch}`, node: process.versions.node },
  runs,
  goalMs,
  decisionToLastRequestMs: { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 },
  isGoalMet: median <= goalMs,
  samples,
};
await mkdir(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
await writeFile(results, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(
  `decision to the last request on the canary: median ${median} ms (${sorted[0]} to ${sorted.at(-1)}), goal ${goalMs} ms\n`,
);
