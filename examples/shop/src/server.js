import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.js';
import { loadAssets } from './assets.js';
import { listen } from './listen.js';
import { createLog } from './log.js';
import { readSettings } from './settings.js';
import { createStore, openPool } from './store.js';

const log = createLog();
const root = fileURLToPath(new URL('..', import.meta.url));

try {
  const settings = readSettings(process.env);
  const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
  const assets = await loadAssets(`${root}/public`);
  const pool = openPool({ ...settings, log });
  const server = await listen(createApp({ store: createStore(pool), assets, version, log }), settings);
  log.info('listening', { host: settings.host, port: server.port, version });

  let stopping = false;
  const stop = async (signal) => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { signal });
    await server.stop(settings.stopTimeoutMs);
    await pool.end();
    log.info('stopped');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  log.error('could not start', { reason: error.message });
  process.exitCode = 1;
}
