import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { deployProof } from '../test/proof/deploys.ts';
import { detectProof } from '../test/proof/detect.ts';
import { clientSleeps, diskFull, metricsSourceKilled, proxyKilled } from '../test/proof/chaos.ts';
import { killProof } from '../test/proof/kill.ts';
import { recordCases, recordProof } from '../test/proof/records.ts';
import { soakProof } from '../test/proof/soak.ts';
import { migrateKillProof } from '../test/proof/migrate-kill.ts';

/**
 * The expensive proofs, whole: `npm run proof`, or some of them by name (`npm run proof -- kill`).
 *
 * Their figures go to bench/results/proof-<name>.json; anything wrong is exit code 1.
 */
const proofs: Readonly<Record<string, () => Promise<{ readonly figures: unknown; readonly isRight: boolean }>>> = {
  async kill() {
    const figures = await killProof(20, 1);
    return { figures, isRight: figures.wrong.length === 0 && figures.failedRequests === 0 };
  },
  /** After every record of the journal that a rollout leaves. */
  async records() {
    const figures = await recordProof(
      recordCases,
      Array.from({ length: 18 }, (_, n) => n + 1),
    );
    return { figures, isRight: figures.wrong.length === 0 && figures.failedRequests === 0 };
  },
  /** What dies beside client and agent; while no proxy runs, requests fail. */
  async chaos() {
    const scenes = [await metricsSourceKilled(), await proxyKilled(), await clientSleeps(), await diskFull()];
    const figures = scenes.filter((scene) => scene !== null);
    return { figures, isRight: figures.every(({ wrong }) => wrong.length === 0) };
  },
  /** A hundred deploys of processes, and as many of containers: nothing grows. */
  async soak() {
    const figures = { process: await soakProof(100, 'process'), docker: await soakProof(100, 'docker') };
    const isRight = Object.values(figures).every(
      ({ wrong, failedRequests }) => wrong.length === 0 && failedRequests === 0,
    );
    return { figures, isRight };
  },
  async deploys() {
    const figures = await deployProof(20, 1);
    return { figures, isRight: figures.wrong.length === 0 && figures.failedRequests === 0 };
  },
  async detect() {
    const bad = await detectProof(6, { old: 0, canary: 0.5 });
    const fifth = await detectProof(6, { old: 0, canary: 0.2 });
    const same = await detectProof(10, { old: 0.01, canary: 0.01 });
    const isRight = bad.rolledBack === bad.runs && fifth.rolledBack === fifth.runs && same.rolledBack === 0;
    return { figures: { everySecond: bad, oneInFive: fifth, asGoodAsTheOld: same }, isRight };
  },
  async 'migrate-kill'() {
    const figures = [await migrateKillProof('postgres', 40), await migrateKillProof('mariadb', 25)];
    const isRight = figures.every(({ points, converged, wrong }) => wrong.length === 0 && converged === points);
    return { figures, isRight };
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => proofs[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`no proof ${unknown.join(', ')}; there are: ${Object.keys(proofs).join(', ')}\n`);
  process.exit(2);
}
const results = join(import.meta.dirname, '../bench/results');
mkdirSync(results, { recursive: true });
let wrong = 0;
for (const [name, prove] of Object.entries(proofs)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${name} ...\n`);
  const begin = performance.now();
  const { figures, isRight } = await prove();
  const seconds = Math.round((performance.now() - begin) / 1_000);
  if (!isRight) wrong += 1;
  const written = { proof: name, isRight, cores: cpus().length, node: process.version, seconds, figures };
  writeFileSync(join(results, `proof-${name}.json`), `${JSON.stringify(written, null, 2)}\n`);
  process.stdout.write(`${isRight ? 'right' : 'WRONG'} after ${seconds} s: ${JSON.stringify(figures)}\n`);
}
process.exit(wrong === 0 ? 0 : 1);
