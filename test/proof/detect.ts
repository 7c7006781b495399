import { goodServer, tinyApp } from '../e2e/tiny-app.ts';
import { startLoad } from '../load/load.ts';

export interface DetectFigures {
  readonly runs: number;
  readonly rolledBack: number;
  /** Failed requests that users saw, per run, ascending. */
  readonly errorsSeen: readonly number[];
}

const failing = (share: number): string =>
  goodServer.replace(
    "response.setHeader('content-type'",
    `if (request.url === '/' && Math.random() < ${share}) { response.writeHead(500); response.end(); return; }\n  response.setHeader('content-type'`,
  );

/** A new release that fails a share of its requests, where no smoke check looks; 0.01 on both sides is an A/A run. */
export async function detectProof(
  runs: number,
  share: { readonly old: number; readonly canary: number },
): Promise<DetectFigures> {
  let rolledBack = 0;
  const errorsSeen: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await using app = await tinyApp({ deploy: { steps: [10, 50, 100], hold: '1500ms' } }, failing(share.old));
    await app.fairway(['ship']);
    await app.write('server.js', `${failing(share.canary)}\n// ${run}\n`);
    await app.commit('feat: next');
    const load = startLoad({ url: `http://127.0.0.1:${app.port}`, requestsPerSecond: 200, seed: run + 1 });
    const { exitCode } = await app.fairway(['ship']);
    if (exitCode === 4) rolledBack += 1;
    errorsSeen.push((await load.stop()).failed);
  }
  return { runs, rolledBack, errorsSeen: errorsSeen.toSorted((a, b) => a - b) };
}
