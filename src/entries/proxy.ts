import { parseArgs } from 'node:util';
import { nodeClock } from '../adapters/node/clock.ts';
import { nodeFiles } from '../adapters/node/files.ts';
import { serveControl } from '../adapters/proxy/control-server.ts';
import { httpTraffic } from '../adapters/proxy/traffic.ts';
import { startProxyProcess } from '../proxies/embedded/process.ts';
import { settingsSchema } from '../proxies/embedded/protocol.ts';

/** The embedded proxy's process: serves on its port, obeys its control socket, ends on SIGTERM. */

process.umask(0o077);

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    socket: { type: 'string' },
    port: { type: 'string' },
    build: { type: 'string' },
    settings: { type: 'string' },
  },
});
const { directory = '.', socket = '', build = '' } = values;

const proxy = await startProxyProcess(
  {
    directory,
    port: Number(values.port),
    build,
    pid: process.pid,
    settings: settingsSchema.parse(JSON.parse(values.settings ?? '{}')),
  },
  { files: nodeFiles(), clock: nodeClock(), traffic: httpTraffic(), random: Math.random },
);
const control = await serveControl(socket, async (question) => await proxy.answer(question));

const graceOnSignalMs = 10_000;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void proxy.stop(graceOnSignalMs));

// A mistake of ours in one exchange must not take the traffic of all others down.
process.on('uncaughtException', (error) => process.stderr.write(`${error.stack ?? error.message}\n`));

await proxy.stopping;
await control.close();
await proxy.stopped;
process.exit(0);
