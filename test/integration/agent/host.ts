import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAgent, ensureAgent } from '../../../src/adapters/agent/client.ts';
import type { AgentProgram } from '../../../src/adapters/agent/client.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { directoryDigest } from '../../../src/domain/artifact/manifest.ts';
import { scanTree } from '../../../src/domain/artifact/scan.ts';
import { protocolVersion } from '../../../src/domain/rollout/messages.ts';
import type { AppStatus, RolloutEnd, RolloutRecord, RunOwner } from '../../../src/domain/rollout/messages.ts';
import type { RolloutPlan } from '../../../src/domain/rollout/plan.ts';
import type { AgentConnection } from '../../../src/ports.ts';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';

const root = join(import.meta.dirname, '../../..');
const programs = join(import.meta.dirname, 'programs');
export const scope = { app: 'shop', environment: 'local' };

export interface Host {
  readonly stateDirectory: string;
  readonly url: string;
  connect(program?: Partial<AgentProgram>): Promise<AgentConnection>;
  /** A plan for a release that behaves as its environment says. */
  plan(version: string, changes?: Partial<RolloutPlan>, env?: Readonly<Record<string, string>>): Promise<RolloutPlan>;
  /** Lock, deploy, follow, unlock. */
  deploy(plan: RolloutPlan, onRecord?: (record: RolloutRecord) => void): Promise<RolloutEnd>;
  /** A client in a process of its own; resolves when it has printed a line that begins with `until`. */
  client(plan: RolloutPlan, until: string): Promise<ChildProcess>;
  status(): Promise<AppStatus | null>;
  /** Poll until it holds; the test's own deadline is the bound. */
  until(claim: () => boolean | Promise<boolean>): Promise<void>;
  /** The version that answers at the users' door, or the status when it is not 200. */
  ask(path?: string): Promise<string>;
  /** Pids of everything that runs from the state directory. */
  pids(): readonly number[];
  agentPid(): Promise<number>;
  close(): Promise<void>;
}

/** A state directory with whatever runs from it; `parent` is where its folder is made. */
export async function openHost(parent: string = tmpdir()): Promise<Host> {
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'fairway-agent-'));
  const stateDirectory = join(directory, 'state');
  const port = await nodePorts().free();
  const url = `http://127.0.0.1:${port}`;
  const connections: AgentConnection[] = [];

  const connect = async (changes: Partial<AgentProgram> = {}): Promise<AgentConnection> => {
    const program: AgentProgram = {
      version: '0.0.0',
      node: process.execPath,
      entry: join(root, 'src/entries/supervisor.ts'),
      environment: baseEnvironment(process.env, dirname(process.execPath)),
      ...changes,
    };
    const options = { stateDirectory, protocol: protocolVersion, program, startTimeoutMs: 30_000 };
    const connection = await ensureAgent(options, { daemons: nodeDaemons() });
    connections.push(connection);
    return connection;
  };

  const host: Host = {
    stateDirectory,
    url,
    connect,
    async plan(version, changes = {}, env = {}) {
      const location = join(directory, 'builds', version);
      mkdirSync(location, { recursive: true });
      cpSync(join(programs, 'app.mjs'), join(location, 'app.mjs'));
      const { manifest } = await scanTree(location, nodeFiles());
      const token = randomBytes(4).toString('hex');
      return {
        rolloutId: `rollout-${token}`,
        runId: `run-${token}`,
        ...scope,
        strategy: 'canary',
        release: {
          id: `${version}-${token}`,
          version,
          commit: 'a'.repeat(40),
          artifact: directoryDigest(manifest),
          location,
          processes: [
            {
              name: 'web',
              argv: ['node', 'app.mjs'],
              traffic: true,
              singleton: false,
              env: {},
              readyPath: '/ready',
              readyTimeoutMs: 10_000,
              stopGraceMs: 3_000,
              maxRestarts: 5,
            },
          ],
          env,
          secretNames: [],
        },
        steps: [
          { weightPercent: 25, holdMs: 600 },
          { weightPercent: 50, holdMs: 600 },
          { weightPercent: 100, holdMs: 0 },
        ],
        checks: [checkSchema.parse({ type: 'http', path: '/health', retry: { for: '300ms', every: '100ms' } })],
        smokeDeadlineMs: 10_000,
        guard: { maxErrorRate: 0.1, minRequests: 20 },
        minRequestsPerStep: 0,
        onInconclusive: 'rollback',
        drainTimeoutMs: 3_000,
        leaseMs: 2_000,
        onClientLost: 'rollback',
        keepReleases: 3,
        target: { type: 'process' },
        proxy: { type: 'embedded', port, responseTimeout: 10_000, releaseHeader: false },
        ...changes,
      };
    },
    async deploy(plan, onRecord = () => {}) {
      const agent = await connect();
      await agent.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: plan.leaseMs });
      await agent.request({ type: 'deploy', plan, secrets: {} });
      const end = await agent.follow(scope, plan.rolloutId, onRecord);
      await agent.request({ type: 'unlock', ...scope, runId: plan.runId });
      return end;
    },
    async client(plan, until) {
      const path = join(directory, `${plan.rolloutId}.json`);
      writeFileSync(path, JSON.stringify(plan));
      const child = spawn(process.execPath, [join(programs, 'client.ts'), stateDirectory, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      while (!said.split('\n').some((line) => line.startsWith(until))) {
        if (child.exitCode !== null) throw new Error(`the client ended before "${until}": ${said}`);
        await delay(20);
      }
      return child;
    },
    async status() {
      const agent = await connectAgent({ stateDirectory });
      if (agent === null) return null;
      try {
        return (await agent.request({ type: 'status', ...scope })).apps[0] ?? null;
      } finally {
        await agent.close();
      }
    },
    async until(claim) {
      while (!(await claim())) await delay(50);
    },
    async ask(path = '/') {
      const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
      const text = await response.text();
      return response.status === 200 ? text : `${response.status}`;
    },
    pids: () => processesBelow(directory),
    async agentPid() {
      const agent = await connect();
      return (await agent.request({ type: 'status' })).pid;
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
      for (let tries = 0; processesBelow(directory).length > 0 && tries < 100; tries += 1) {
        for (const pid of processesBelow(directory)) killQuietly(pid);
        await delay(50);
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return host;
}

export function ownerOf(plan: RolloutPlan): RunOwner {
  return { runId: plan.runId, who: `tester of ${plan.release.version}`, command: 'deploy', process: null };
}

/** Everything whose working directory lies there: supervisor, agent, proxy and releases. */
function processesBelow(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** Steady requests at the users' door; answers what they got. */
export function startLoad(url: string, everyMs = 10) {
  const seen: string[] = [];
  let isStopped = false;
  const loop = (async () => {
    while (!isStopped) {
      try {
        const response = await fetch(url);
        seen.push(response.status === 200 ? await response.text() : `${response.status}`);
      } catch (error) {
        seen.push((error as Error).message);
      }
      await delay(everyMs);
    }
  })();
  return {
    seen,
    async stop() {
      isStopped = true;
      await loop;
    },
  };
}
