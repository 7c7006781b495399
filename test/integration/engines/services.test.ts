import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { dockerCommand } from '../../../src/adapters/docker/connections.ts';
import { dockerContainers } from '../../../src/adapters/docker/containers.ts';
import { nodeImageArchives } from '../../../src/adapters/image/normalise.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeExec } from '../../../src/adapters/node/exec.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import { createMask } from '../../../src/domain/secrets/mask.ts';
import { dockerEngine } from '../../../src/engines/docker.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { missing, needs } from '../../requirements.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from '../docker/engine.ts';
import { machineImage } from '../docker/machine-image.ts';

const bin = '/usr/lib/postgresql/15/bin';
const serversNeed = [...engineNeeds, 'initdb', 'redis-server', 'mariadbd'] as const;
const needsServers = needs(...serversNeed);
const canRun = missing(serversNeed) === null;

let real: TestEngine;
let engine: Engine;
let directory: string;

beforeAll(async () => {
  if (canRun) real = await openTestEngine();
}, slowMs);
afterAll(async () => {
  if (canRun) await real.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway services '));
  if (!canRun) return;
  const env = { ...process.env, DOCKER_HOST: real.host, HOME: directory };
  const orphans = nodeOrphans(directory);
  engine = dockerEngine(
    { stateDirectory: directory, scratch: orphans.scratch },
    {
      repository: { exportTree: async (_, to) => await cp(join(directory, 'source'), to, { recursive: true }) },
      files: nodeFiles(),
      exec: nodeExec({ env, mask: createMask(), orphans }),
      containers: dockerContainers(env)(real.host),
      archives: nodeImageArchives(),
      open: dockerContainers(env),
      elsewhere: [],
      registry: null,
      docker: dockerCommand(env),
      random: (bytes) =>
        Math.random()
          .toString(16)
          .slice(2, 2 + bytes),
      http: nodeHttp(),
      clock: nodeClock(),
    },
  );
});
afterEach(async () => await rm(directory, { recursive: true, force: true }));

/** As the official image: sets itself up first, with a server that answers on its socket only, then for real. */
const postgresEntry = `
echo "$POSTGRES_PASSWORD" > /tmp/password
${bin}/initdb --no-sync --no-locale --username postgres --pwfile /tmp/password --auth scram-sha-256 /tmp/data > /dev/null
echo "host all all all scram-sha-256" >> /tmp/data/pg_hba.conf
exec ${bin}/postgres -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=/tmp -c jit=off`;

/** As the official image: root may come from anywhere, with the password of its environment. */
const mariadbEntry = `
mariadb-install-db --no-defaults --basedir=/usr --datadir=/tmp/data --auth-root-authentication-method=normal \\
  --skip-test-db --skip-name-resolve --force > /dev/null
cat > /tmp/init.sql <<SQL
CREATE DATABASE $MARIADB_DATABASE;
CREATE USER root@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
GRANT ALL ON *.* TO root@'%';
SQL
exec mariadbd --no-defaults --datadir=/tmp/data --socket=/tmp/s --bind-address=0.0.0.0 --init-file=/tmp/init.sql`;

needsServers(
  'tests reach PostgreSQL, MariaDB and Redis by their names and with a password of this run, and all were ready',
  async () => {
    const programs = Object.fromEntries(
      ['initdb', 'postgres', 'psql', 'pg_isready'].map((name) => [`${bin}/${name}`, `${bin}/${name}`]),
    );
    const postgres = await machineImage(real, {
      name: 'postgres:machine',
      programs,
      folders: ['/usr/lib/postgresql/15/lib', '/usr/share/postgresql/15', '/usr/share/zoneinfo'],
      entry: postgresEntry,
      user: 'server',
      changes: [`ENV PATH=${bin}:/bin:/usr/bin`],
    });
    const redis = await machineImage(real, {
      name: 'redis:machine',
      programs: { '/usr/bin/redis-server': '/usr/bin/redis-server', '/usr/bin/redis-cli': '/usr/bin/redis-cli' },
      entry: 'exec redis-server --bind 0.0.0.0 --protected-mode no --save ""',
      user: 'server',
    });
    const mariadb = await machineImage(real, {
      name: 'mariadb:machine',
      programs: Object.fromEntries(
        [
          '/usr/sbin/mariadbd',
          '/usr/bin/mariadb-admin',
          '/usr/bin/mariadb',
          '/usr/bin/my_print_defaults',
          '/usr/bin/resolveip',
        ].map((path) => [path, path]),
      ),
      folders: ['/usr/share/mysql', '/usr/lib/mysql/plugin', '/usr/bin/mariadb-install-db'],
      entry: mariadbEntry,
      user: 'server',
      changes: ['ENV PATH=/usr/bin:/usr/sbin:/bin'],
    });
    await mkdir(join(directory, 'source'));
    await writeFile(join(directory, 'source/Dockerfile'), `FROM ${postgres}\nENTRYPOINT []\nWORKDIR /tmp\n`);
    const common = { commit: 'c'.repeat(40), version: '1.0.0', env: {}, timeoutMs: 60_000 };
    const result = await engine.build({ ...common, run: [], output: '.', dockerfile: 'Dockerfile', args: {} });
    if (result.kind !== 'built') throw new Error(result.command.lastLines.join('\n'));
    const lines: string[] = [];
    const tested = await engine.test({
      ...common,
      artifact: result.artifact,
      run: [
        ['sh', '-c', 'psql "$DB_URL" -Atc "select 40 + 2"'],
        ['sh', '-c', 'timeout 5 nc -w 3 "$SHOP_HOST" "$SHOP_PORT" < /dev/null | head -c 40 | tr -cd "[:alpha:]"; echo'],
        ['sh', '-c', 'printf "PING\\r\\n" | nc -w 3 "$CACHE_HOST" "$CACHE_PORT"'],
      ],
      services: {
        db: { type: 'postgres', image: postgres, env: {}, timeout: 60_000 },
        shop: { type: 'mariadb', image: mariadb, env: {}, timeout: 60_000 },
        cache: { type: 'redis', image: redis, env: {}, timeout: 60_000 },
      },
      onLine: (_, line) => lines.push(line.trim()),
    });

    expect([tested.kind, lines]).toEqual(['passed', ['42', expect.stringContaining('MariaDB'), '+PONG']]);
    expect(await real.docker('ps', '-aq')).toBe('');
    expect(await real.docker('network', 'ls', '-q', '--filter', 'name=fairway-test')).toBe('');
  },
  slowMs,
);
