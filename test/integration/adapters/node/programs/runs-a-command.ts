import { nodeExec } from '../../../../../src/adapters/node/exec.ts';
import { nodeOrphans } from '../../../../../src/adapters/node/orphans.ts';
import { createMask } from '../../../../../src/domain/secrets/mask.ts';

const [stateDirectory = '', folder = '', script = ''] = process.argv.slice(2);
const exec = nodeExec({ env: process.env, mask: createMask(), orphans: nodeOrphans(stateDirectory) });
await exec.run({ argv: ['sh', '-c', script], cwd: folder, timeoutMs: 600_000 });
