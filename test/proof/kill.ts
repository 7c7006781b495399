import { setTimeout as sleep } from 'node:timers/promises';
import { goodServer, tinyApp } from '../e2e/tiny-app.ts';
import { agentPid, statusOf, until } from '../e2e/watching.ts';
import { startLoad } from '../load/load.ts';
import { seededRandom } from '../load/mix.ts';

export interface KillFigures {
  readonly runs: number;
  /** How the runs ended after nothing more happened: with the new release, or with the old one. */
  readonly promoted: number;
  readonly stable: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** What did not end as it must, one line each. */
  readonly wrong: readonly string[];
}

const leaseMs = 1_500;

/** SIGKILL the client or the agent at seeded moments of a rollout under load; what serves afterwards is one release, and the next ship goes through. */
export async function killProof(runs: number, seed: number): Promise<KillFigures> {
  const random = seededRandom(seed);
  const wrong: string[] = [];
  let [promoted, stable, requests, failedRequests] = [0, 0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const victim = random() < 0.5 ? 'client' : 'agent';
    const delayMs = Math.floor(random() * 3_500);
    const label = `run ${run}: ${victim} killed ${delayMs} ms after the start`;
    await using app = await tinyApp({ deploy: { steps: [20, 60, 100], hold: '500ms', lease: `${leaseMs}ms` } });
    await app.fairway(['ship']);
    await app.write('server.js', `${goodServer}\n// ${run}\n`);
    await app.commit('feat: next');
    const load = startLoad({ url: `http://127.0.0.1:${app.port}`, requestsPerSecond: 100, seed: run + 1 });
    const ship = app.start(['ship']);
    await sleep(delayMs);
    if (victim === 'client') ship.kill('SIGKILL');
    else process.kill(agentPid(app), 'SIGKILL');
    await ship.ended;
    await until(
      async () => (await statusOf(app)).rollout === null,
      () => label,
    );
    const served = (await statusOf(app)).stable?.version;
    const report = await load.stop();
    requests += report.requests;
    failedRequests += report.failed;
    if (served === '0.2.0') promoted += 1;
    else if (served === '0.1.0') stable += 1;
    else wrong.push(`${label}: ${served ?? 'nothing'} serves`);
    const versions = new Set<string>();
    for (let i = 0; i < 20; i += 1) versions.add(await (await fetch(`http://127.0.0.1:${app.port}/`)).text());
    if (versions.size !== 1) wrong.push(`${label}: answers of ${[...versions].join(' and ')}`);
    const next = await app.fairway(['ship']);
    if (next.exitCode !== 0)
      wrong.push(`${label}: the next ship ended with ${next.exitCode} (${next.document?.code ?? ''})`);
    if ((await app.git('tag')) !== 'v0.1.0\nv0.2.0') wrong.push(`${label}: tags ${await app.git('tag')}`);
  }
  return { runs, promoted, stable, requests, failedRequests, wrong };
}
