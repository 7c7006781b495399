import { nodeExec } from '../../../../../src/adapters/node/exec.ts';
import { nodeOrphans } from '../../../../../src/adapters/node/orphans.ts';
import { createMask } from '../../../../../src/domain/secrets/mask.ts';

const stateDirectory = process.argv[2] ?? '';
const exec = nodeExec({
  env: process.env,
  mask: createMask(['correct-horse']),
  orphans: nodeOrphans(stateDirectory),
});
let lines = 0;
const { exitCode, droppedBytes } = await exec.run({
  argv: ['sh', '-c', 'yes "one line of a build that says too much, as it were" | head -c 1000000000'],
  timeoutMs: 120_000,
  keepBytes: 65_536,
  onLine: () => {
    lines += 1;
  },
});
const maxRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ exitCode, droppedBytes, lines, maxRssMb }));
