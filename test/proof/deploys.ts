import { goodServer, tinyApp } from '../e2e/tiny-app.ts';
import { startLoad } from '../load/load.ts';

export interface DeployFigures {
  readonly deploys: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly wrong: readonly string[];
}

/** Deploys in a row under a mixed load (kept and fresh connections, POST, slow answers): no request may fail. */
export async function deployProof(deploys: number, seed: number): Promise<DeployFigures> {
  const slow = goodServer.replace(
    "response.setHeader('content-type'",
    "if (request.url === '/slow') { setTimeout(() => response.end('late'), 1000); return; }\n  response.setHeader('content-type'",
  );
  await using app = await tinyApp({ deploy: { steps: [50, 100], hold: '200ms' } }, slow);
  await app.fairway(['ship']);
  const mix = [
    { path: '/', weight: 6 },
    { path: '/order', method: 'POST', weight: 2 },
    { path: '/slow', weight: 1 },
  ];
  const load = startLoad({ url: `http://127.0.0.1:${app.port}`, requestsPerSecond: 100, mix, seed });
  const wrong: string[] = [];
  for (let i = 1; i <= deploys; i += 1) {
    await app.write('server.js', `${slow}\n// ${i}\n`);
    await app.commit(`feat: number ${i}`);
    const { exitCode, document } = await app.fairway(['ship']);
    if (exitCode !== 0) wrong.push(`deploy ${i} ended with ${exitCode} (${document?.code ?? ''})`);
  }
  const report = await load.stop();
  return { deploys, requests: report.requests, failedRequests: report.failed, wrong };
}
