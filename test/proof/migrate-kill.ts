import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export interface MigrateKillFigures {
  readonly engine: string;
  readonly points: number;
  /** Killed there, the next run came to the same end. */
  readonly converged: number;
  /** Titles of what did not. */
  readonly wrong: readonly string[];
}

const root = join(import.meta.dirname, '../..');
const files = {
  postgres: 'test/integration/stages/migrate-killed.test.ts',
  mariadb: 'test/integration/stages/migrate-mariadb.test.ts',
} as const;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/**
 * Kill a runner of migrations at so many points of about half a second of work, and run again each time.
 *
 * What `npm test` does at a few points is done here at many; the test is the judge.
 */
export async function migrateKillProof(engine: keyof typeof files, points: number): Promise<MigrateKillFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'fairway-proof-'));
  const report = join(folder, 'report.json');
  try {
    const argv = [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--project=integration',
      files[engine],
      '--testNamePattern=a runner that is killed',
      '--reporter=json',
      `--outputFile=${report}`,
    ];
    const env = { ...process.env, FAIRWAY_KILL_POINTS: String(points) };
    await new Promise<void>((resolve) => {
      execFile(process.execPath, argv, { cwd: root, env, timeout: 30 * 60_000, maxBuffer: 2 ** 26 }, () => resolve());
    });
    const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
    const killed = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ title }) => title.includes('a runner that is killed'));
    const wrong = killed.filter(({ status }) => status !== 'passed').map(({ title }) => title);
    return { engine, points, converged: killed.length - wrong.length, wrong };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
