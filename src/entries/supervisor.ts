import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepRunning } from '../adapters/agent/supervisor.ts';

/** Keeps the agent running; it is started with the same arguments from the file beside this one. */

process.umask(0o077);

const here = fileURLToPath(import.meta.url);
const agent = join(dirname(here), `agent${extname(here)}`);
const log = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

process.exit(await keepRunning([process.execPath, agent, ...process.argv.slice(2)], log));
