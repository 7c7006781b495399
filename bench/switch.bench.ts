import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Proxy } from '../src/proxies/proxy.ts';
import { startBackend } from '../test/integration/proxies/backend.ts';
import type { ProxyBench } from '../test/integration/proxies/contract.ts';
import { openEmbedded } from '../test/integration/proxies/embedded-bench.ts';
import { openHaproxy } from '../test/integration/proxies/haproxy-bench.ts';
import { openNginx } from '../test/integration/proxies/nginx-bench.ts';
import { startLoad } from '../test/load/load.ts';
import { openVisitors } from './switch/visitors.ts';

/**
 * What fifty switches back and forth and five drains cost users, for each proxy.
 *
 * Kept and fresh connections, GET, POST, requests of three seconds, and WebSockets that talk all the time; a failure
 * is whatever a user would see. Added p99 compares the same load with and without switches.
 * Run: `node scripts/guard.mjs bench/switch.bench.ts [RUNS]`.
 */

const switches = 50;
const pauseMs = 100;
const drains = 5;
const requestsPerSecond = 150;
const webSockets = 8;
const mix = [
  { path: '/', weight: 12 },
  { path: '/echo', method: 'POST', body: 'an order', weight: 6 },
  { path: '/slow?n=3000' },
];
const results = fileURLToPath(new URL('results/switch.json', import.meta.url));

const proxies: Readonly<Record<string, () => Promise<ProxyBench>>> = {
  embedded: async () => await openEmbedded(),
  haproxy: async () => await openHaproxy(),
  nginx: async () => await openNginx(),
};

interface Sample {
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly webSocketsBroken: number;
  readonly switchMs: readonly number[];
  readonly drainMs: readonly number[];
  readonly p99Ms: number;
  readonly p99WithoutSwitchesMs: number;
}

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 3);
  // What else the machine did: times, unlike failures, mean little beside a high one.
  const loadAverageBefore = loadavg()[0];
  const report: Record<string, readonly Sample[]> = {};
  for (const [name, open] of Object.entries(proxies)) {
    const samples: Sample[] = [];
    for (let run = 0; run < runs; run += 1) samples.push(await measure(open, run + 1));
    report[name] = samples;
  }
  const summaries = Object.fromEntries(Object.entries(report).map(([name, samples]) => [name, summary(samples)]));
  const document = {
    made: 'node scripts/guard.mjs bench/switch.bench.ts',
    machine: {
      cpus: cpus().length,
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      loadAverageBefore,
    },
    runs,
    load: { requestsPerSecond, webSockets, switches, pauseMs, drains, mix },
    summaries,
    samples: report,
  };
  await mkdir(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
  await writeFile(results, `${JSON.stringify(document, null, 2)}\n`);
  print(summaries);
}

async function measure(open: () => Promise<ProxyBench>, seed: number): Promise<Sample> {
  const bench = await open();
  const blue = await startBackend('1.0.0-abcdef0');
  const green = await startBackend('1.1.0-abcdef1');
  const { proxy } = bench;
  try {
    await proxy.ensure();
    for (const release of [blue, green]) await proxy.add(release);
    await proxy.shift({ [blue.releaseId]: 100 });
    await proxy.persistStable(blue.releaseId);
    const load = { url: proxy.url, requestsPerSecond, freshShare: 0.4, mix };
    const quiet = startLoad({ ...load, seed });
    await sleep(switches * pauseMs);
    const without = await quiet.stop();

    const visitors = await openVisitors(proxy.url, webSockets);
    const busy = startLoad({ ...load, seed: seed + 1_000 });
    const switchMs: number[] = [];
    for (let flip = 1; flip <= switches; flip += 1) {
      const to = flip % 2 === 0 ? blue : green;
      switchMs.push(await timed(async () => await proxy.shift({ [to.releaseId]: 100 })));
      await sleep(pauseMs);
    }
    const webSocketsBroken = await visitors.close();
    const drainMs: number[] = [];
    for (let turn = 0; turn < drains; turn += 1)
      drainMs.push(await drainOnce(proxy, turn % 2 === 0 ? [green, blue] : [blue, green]));
    const report = await busy.stop();
    const failures: Record<string, number> = {};
    for (const { status, error, connection } of report.failures) {
      const kind = `${connection} ${status ?? error}`;
      failures[kind] = (failures[kind] ?? 0) + 1;
    }
    const { requests, failed, p99Ms } = withoutSlow(report.records);
    return {
      requests: report.requests,
      failed: report.failed,
      failures,
      webSocketsBroken,
      switchMs,
      drainMs,
      p99Ms: requests === failed ? Number.NaN : p99Ms,
      p99WithoutSwitchesMs: withoutSlow(without.records).p99Ms,
    };
  } finally {
    await bench.close();
    await blue.die();
    await green.die();
  }
}

type Releases = readonly [{ readonly releaseId: string }, { readonly releaseId: string }];

/** Move all traffic away, then wait for what is in flight. */
async function drainOnce(proxy: Proxy, [to, from]: Releases): Promise<number> {
  await proxy.shift({ [to.releaseId]: 100 });
  return await timed(async () => void (await proxy.drain(from.releaseId, 10_000)));
}

/** Requests that take three seconds by themselves tell nothing about what the proxy adds. */
function withoutSlow(
  records: readonly { readonly path: string; readonly latencyMs: number; readonly status: number | null }[],
) {
  const fast = records.filter(({ path }) => !path.startsWith('/slow'));
  const latencies = fast.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
  const failed = fast.filter(({ status }) => status === null || status >= 500).length;
  return { requests: fast.length, failed, p99Ms: quantile(latencies, 0.99) };
}

function summary(samples: readonly Sample[]) {
  const all = (pick: (sample: Sample) => readonly number[]): readonly number[] =>
    samples.flatMap(pick).toSorted((a, b) => a - b);
  const sum = (pick: (sample: Sample) => number): number => samples.reduce((total, sample) => total + pick(sample), 0);
  const calls = all(({ switchMs }) => switchMs);
  return {
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    webSocketsBroken: sum(({ webSocketsBroken }) => webSocketsBroken),
    switchMedianMs: quantile(calls, 0.5),
    switchP95Ms: quantile(calls, 0.95),
    drainMedianMs: quantile(
      all(({ drainMs }) => drainMs),
      0.5,
    ),
    addedP99Ms: quantile(
      all(({ p99Ms, p99WithoutSwitchesMs }) => [p99Ms - p99WithoutSwitchesMs]),
      0.5,
    ),
  };
}

function print(summaries: Readonly<Record<string, ReturnType<typeof summary>>>): void {
  const least = Math.min(...Object.values(summaries).map(({ switchMedianMs }) => switchMedianMs));
  const lines = [
    '| proxy | requests | failed | WebSockets broken | switch, median (ratio) | p95 | drain, median | added p99 |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const [name, each] of Object.entries(summaries)) {
    const counts = [each.requests, each.failed, each.webSocketsBroken].join(' | ');
    const ratio = (each.switchMedianMs / least).toFixed(1);
    const times = [each.switchP95Ms, each.drainMedianMs, each.addedP99Ms]
      .map((ms) => `${ms.toFixed(1)} ms`)
      .join(' | ');
    lines.push(`| ${name} | ${counts} | ${each.switchMedianMs.toFixed(1)} ms (${ratio} x) | ${times} |`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

async function timed(task: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await task();
  return performance.now() - begin;
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

await main();
