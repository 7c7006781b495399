import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectAgent } from '../../../src/adapters/agent/client.ts';
import { agentPlace } from '../../../src/adapters/agent/place.ts';
import { openHost } from './host.ts';
import type { Host } from './host.ts';

let host: Host;

beforeEach(async () => {
  host = await openHost();
});

afterEach(async () => {
  await host.close();
});

/** A connection that speaks no frames; resolves with all that came back when the other side cut it. */
async function rude(socketPath: string, act: (socket: Socket) => void): Promise<string> {
  return await new Promise((resolve) => {
    let said = '';
    const socket = createConnection(socketPath, () => act(socket));
    socket.on('data', (chunk) => {
      said += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(said));
  });
}

describe('the socket of the agent', () => {
  test('is for its user alone', async () => {
    await host.connect();
    const { socketPath } = agentPlace(host.stateDirectory);

    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(socketPath)).mode & 0o777).toBe(0o700);
  });

  test('cuts whoever speaks garbage, or a frame without end, and goes on answering others', async () => {
    const agent = await host.connect();
    const { socketPath } = agentPlace(host.stateDirectory);
    const garbage = await rude(socketPath, (socket) => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await rude(socketPath, (socket) => {
      const more = (): void => {
        while (socket.write('x'.repeat(64 * 1024)));
      };
      socket.on('drain', more);
      more();
    });

    expect(garbage).toContain('a line that is no frame');
    expect((await agent.request({ type: 'hello', protocol: 1, version: 'x' })).busy).toBe(false);
  });

  test('survives clients that connect and say nothing, or leave in the middle of a frame', async () => {
    const agent = await host.connect();
    const { socketPath } = agentPlace(host.stateDirectory);
    const silent = Array.from({ length: 20 }, () => createConnection(socketPath));
    await rude(socketPath, (socket) => socket.write('{"v":1,"id":"a","request"', () => socket.destroy()));

    expect((await agent.request({ type: 'status' })).apps).toEqual([]);
    for (const socket of silent) socket.destroy();
  });

  test('of a dead agent is no obstacle: the next command starts a new one', async () => {
    const before = await host.agentPid();
    // Agent and supervisor bring each other back: one of them may just have been started.
    for (let quiet = 0; quiet < 5; await delay(100)) {
      const pids = host.pids();
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      quiet = pids.length === 0 ? quiet + 1 : 0;
    }
    expect(existsSync(agentPlace(host.stateDirectory).socketPath)).toBe(true);
    expect(await connectAgent({ stateDirectory: host.stateDirectory })).toBeNull();

    expect(await host.agentPid()).not.toBe(before);
  });

  test('in a folder that others may enter is not trusted', async () => {
    await host.connect();
    chmodSync(dirname(agentPlace(host.stateDirectory).socketPath), 0o755);

    await expect(connectAgent({ stateDirectory: host.stateDirectory })).rejects.toMatchObject({
      code: 'AGENT_PLACE_UNSAFE',
    });
  });
});

describe('where the agent listens', () => {
  test('is inside the state directory, or, when that path is too long, in a short folder of its own', () => {
    const short = agentPlace('/home/ann/.local/state/fairway');
    expect(short.socketPath).toBe('/home/ann/.local/state/fairway/agent/agent.sock');

    const long = agentPlace(`/home/ann/${'long/'.repeat(20)}state`, '/tmp');
    expect(long.socketPath).toMatch(/^\/tmp\/fairway-\d+-[0-9a-f]{16}\/agent\.sock$/);
    expect(long.guardPath.startsWith('/home/ann/long')).toBe(true);
  });

  test('works with a state directory of 200 characters', async () => {
    const deep = mkdtempSync(join(tmpdir(), 'fairway-deep-'));
    const far = await openHost(join(deep, 'd'.repeat(100), 'e'.repeat(100)));
    try {
      const agent = await far.connect();
      expect((await agent.request({ type: 'status' })).apps).toEqual([]);
    } finally {
      await far.close();
      rmSync(dirname(agentPlace(far.stateDirectory).socketPath), { recursive: true, force: true });
      rmSync(deep, { recursive: true, force: true });
    }
  });

  test('an agent that cannot begin says why', async () => {
    const { stateDirectory } = host;
    mkdirSync(join(stateDirectory, 'agent'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stateDirectory, 'apps'), 'a file where a folder should be');

    await expect(host.connect()).rejects.toMatchObject({ code: 'AGENT_NOT_STARTED' });
  });
});
