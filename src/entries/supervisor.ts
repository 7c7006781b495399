import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { adopt, custodyOf } from '../adapters/agent/custody.ts';
import { agentPlace } from '../adapters/agent/place.ts';
import { keepRunning } from '../adapters/agent/supervisor.ts';
import { identify, isAlive } from '../adapters/node/process-table.ts';
import type { ProcessIdentity } from '../ports.ts';

/**
 * Keeps the agent running; it is started with the same arguments from the file beside this one. With `--adopt` an
 * agent runs already, whose own supervisor was killed.
 */

process.umask(0o077);

const { values } = parseArgs({
  options: { state: { type: 'string' }, adopt: { type: 'string' } },
  strict: false,
  allowPositionals: true,
});
const here = fileURLToPath(import.meta.url);
const agent = join(dirname(here), `agent${extname(here)}`);
const self = identify(process.pid);
const passedOn = process.argv.slice(2).filter((argument) => !argument.startsWith('--adopt='));
const log = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

if (typeof values.adopt === 'string' && typeof values.state === 'string' && self !== null) {
  const custody = custodyOf(agentPlace(values.state).directory);
  const orphan = JSON.parse(values.adopt) as ProcessIdentity;
  if (!(await adopt(custody, orphan, self, isAlive))) process.exit(0);
  log('the agent ended and is started again by the supervisor that took it over');
}

process.exit(await keepRunning([process.execPath, agent, ...passedOn, `--supervisor=${JSON.stringify(self)}`], log));
