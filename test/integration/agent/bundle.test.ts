import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureAgent } from '../../../src/adapters/agent/client.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { protocolVersion } from '../../../src/domain/rollout/messages.ts';
import type { AgentConnection } from '../../../src/ports.ts';
import { build } from '../../../scripts/build.ts';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';
import { openHost, ownerOf, scope } from './host.ts';
import type { Host } from './host.ts';

let built: string;
let host: Host;

beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'fairway-bundle-'));
  await build(join(built, 'dist'));
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

beforeEach(async () => {
  host = await openHost();
});

afterEach(async () => {
  await host.close();
});

async function connect(folder: string): Promise<AgentConnection> {
  const program = {
    version: '1.0.0',
    node: process.execPath,
    entry: join(folder, 'supervisor.js'),
    environment: baseEnvironment(process.env, dirname(process.execPath)),
  };
  return await ensureAgent(
    { stateDirectory: host.stateDirectory, protocol: protocolVersion, program, startTimeoutMs: 30_000 },
    { daemons: nodeDaemons() },
  );
}

test('the agent runs from a copy: it deploys, is killed and comes back when the bundle that started it is long gone', async () => {
  const folder = join(built, 'removed');
  await build(folder);
  const agent = await connect(folder);
  rmSync(folder, { recursive: true });
  const { pid } = await agent.request({ type: 'status' });
  process.kill(pid, 'SIGKILL');

  const plan = await host.plan('1.0.0');
  await agent.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: 30_000 });
  await agent.request({ type: 'deploy', plan, secrets: {} });
  expect((await agent.follow(scope, plan.rolloutId, () => {})).outcome).toBe('ok');
  await agent.request({ type: 'unlock', ...scope, runId: plan.runId });
  expect(await host.ask()).toBe('1.0.0');
  expect((await agent.request({ type: 'status' })).pid).not.toBe(pid);
  await agent.close();

  const copies = readdirSync(join(host.stateDirectory, 'runtime')).map((name) => name.split('-')[0]);
  expect(new Set(copies)).toEqual(new Set(['bundle', 'node']));
});

test('a client with other code replaces an idle agent, and leaves one with a lock alone', async () => {
  const first = await connect(join(built, 'dist'));
  const { pid, digest } = await first.request({ type: 'hello', protocol: protocolVersion, version: '1.0.0' });
  const plan = await host.plan('1.0.0');
  await first.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: 60_000 });

  const busy = await host.connect();
  expect((await busy.request({ type: 'status' })).pid).toBe(pid);

  await first.request({ type: 'unlock', ...scope, runId: plan.runId });
  await first.close();
  const fresh = await host.connect();
  const hello = await fresh.request({ type: 'hello', protocol: protocolVersion, version: '1.0.0' });
  expect(hello.pid).not.toBe(pid);
  expect(hello.digest).not.toBe(digest);
  await host.until(() => host.pids().length === 2);
});

test('an agent with nothing left to keep up ends by itself, and so does its supervisor', async () => {
  const agent = await host.connect({ idleMs: 300 });
  await agent.close();
  await host.until(() => host.pids().length === 0);

  expect(existsSync(join(host.stateDirectory, 'agent'))).toBe(true);
});
