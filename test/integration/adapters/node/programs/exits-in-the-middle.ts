import { join } from 'node:path';
import { nodeExec } from '../../../../../src/adapters/node/exec.ts';
import { nodeOrphans } from '../../../../../src/adapters/node/orphans.ts';
import { createMask } from '../../../../../src/domain/secrets/mask.ts';
import { pidIn } from '../../../../fakes/running.ts';

const [stateDirectory = '', folder = '', script = ''] = process.argv.slice(2);
const exec = nodeExec({ env: process.env, mask: createMask(), orphans: nodeOrphans(stateDirectory) });
void exec.run({ argv: ['sh', '-c', script], cwd: folder, timeoutMs: 600_000 });
await pidIn(join(folder, 'pid'));
process.exit(130);
