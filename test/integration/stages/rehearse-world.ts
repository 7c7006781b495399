import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { http } from '../../../src/checks/http.ts';
import { databases } from '../../../src/databases/index.ts';
import type { Dialect } from '../../../src/domain/migration/dialect.ts';
import type { AppliedMigration } from '../../../src/domain/migration/migration.ts';
import type { ReleaseSpec } from '../../../src/domain/rollout/plan.ts';
import { collectMigrations } from '../../../src/domain/migration/collect.ts';
import { sqlTool } from '../../../src/migration-tools/sql.ts';
import type { RehearsalInput, RehearsalPorts, RehearsedRelease } from '../../../src/stages/rehearse/input.ts';
import type { Instance, Target } from '../../../src/targets/target.ts';
import { type DatabaseWorld, databaseWorld } from '../databases/world.ts';

export interface RehearseWorld {
  readonly world: DatabaseWorld;
  readonly ports: RehearsalPorts;
  readonly input: (about: About) => Promise<RehearsalInput>;
}

export interface About {
  /** Files that the target has, and those of the tree; the first ones are in the second. */
  readonly base: Readonly<Record<string, string>>;
  readonly pending: Readonly<Record<string, string>>;
  readonly old: Readonly<Record<string, string>> | null;
  readonly new: Readonly<Record<string, string>>;
  readonly checks?: readonly string[];
}

export async function rehearseWorld(engine: Dialect['engine'] = 'postgres'): Promise<RehearseWorld> {
  const world = await databaseWorld();
  const ports: RehearsalPorts = { ...world.ports, http: nodeHttp(), target: programTarget(world) };
  const plugin = databases.find(({ type }) => type === engine);
  if (plugin === undefined) throw new Error(`no ${engine}`);
  const { dialect } = plugin;
  return {
    world,
    ports,
    async input({ base, pending, old, new: next, checks = ['/read', '/write'] }) {
      const set = async (files: Readonly<Record<string, string>>) =>
        await collectMigrations(
          Object.entries(files).map(([name, text]) => ({ path: `migrations/${name}`, text })),
          dialect,
        );
      const { migrations } = await set(base);
      const applied = migrations
        .filter(({ up }) => !up.path.endsWith('.down.sql'))
        .map(({ version, name, checksum }): AppliedMigration => ({
          version,
          name,
          checksum,
          appliedAt: '2026-01-14T09:30:00.000Z',
          durationMs: 1,
          unfinished: null,
        }));
      return {
        runId: 'run-1',
        database: {
          plugin,
          config: plugin.schema.parse({ type: engine }),
          context: world.context,
          variable: 'DATABASE_URL',
        },
        migrations: {
          tool: sqlTool,
          dialect,
          set: await set({ ...base, ...pending }),
          table: 'fairway_migrations',
          lockTimeoutMs: 500,
          statementTimeoutMs: 20_000,
        },
        applied,
        oldRelease: old === null ? null : release('1.0.0', { ...old, ENGINE: engine }),
        newRelease: release('1.1.0', { ...next, ENGINE: engine }),
        checks: checks.map((path) => ({
          ...http.schema.parse({ type: 'http', path }),
          retry: { for: 200, every: 50 },
        })),
        smokeDeadlineMs: 20_000,
      };
    },
  };
}

function release(version: string, env: Readonly<Record<string, string>>): RehearsedRelease {
  const spec: ReleaseSpec = {
    version,
    commit: '3f2a91c'.padEnd(40, '0'),
    artifact: 'directory:sha256:0',
    id: `${version}-3f2a91c`,
    location: join(import.meta.dirname, 'programs'),
    processes: [
      {
        name: 'web',
        argv: [process.execPath, 'release.ts'],
        traffic: true,
        singleton: false,
        env,
        readyPath: '/ready',
        readyTimeoutMs: 5_000,
        stopGraceMs: 1_000,
        maxRestarts: 0,
      },
    ],
    env: { MODULES_FROM: import.meta.filename },
    secretNames: [],
  };
  return { spec, secrets: {} };
}

/** Runs a release where it lies. */
function programTarget({ ports }: DatabaseWorld): Target {
  let count = 0;
  return {
    prepare: async () => undefined,
    discard: async () => undefined,
    async start(spec, { name, argv, env }, secrets, { directory }): Promise<Instance> {
      count += 1;
      const port = await ports.ports.free();
      const logFile = join(directory, `${spec.id}-${count}.log`);
      const handle = await ports.daemons.start({
        argv,
        cwd: spec.location,
        env: { ...spec.env, ...env, ...secrets, PORT: String(port) },
        logFile,
      });
      return { releaseId: spec.id, process: name, address: `127.0.0.1:${port}`, handle, logFile };
    },
    isRunning: async ({ handle }) => 'pid' in handle && ports.daemons.isAlive(handle),
    async stop({ handle }, graceMs) {
      if ('pid' in handle) await ports.daemons.stop(handle, graceMs);
    },
    async logs({ logFile }, lines) {
      const text = logFile === null ? '' : await readFile(logFile, 'utf8');
      return text.trimEnd().split('\n').slice(-lines);
    },
  };
}
