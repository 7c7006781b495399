import { expect, test } from 'vitest';
import type { RolloutEnd, RolloutRecord } from '../../../src/domain/rollout/messages.ts';
import { EnvironmentError, LockHeld } from '../../../src/errors.ts';
import type { AgentConnection, Request } from '../../../src/ports.ts';
import { fleetOf } from '../../../src/stages/fleet.ts';
import { followTogether } from '../../../src/stages/fleet/follow.ts';

const scope = { app: 'shop', environment: 'live' };
const ok: RolloutEnd = { outcome: 'ok', code: 'PROMOTED', message: '2.0.0 serves', durationMs: 5, holdMs: 0 };
const back: RolloutEnd = {
  outcome: 'rolled-back',
  code: 'CANARY_ERROR_RATE',
  message: 'it is bad',
  durationMs: 5,
  holdMs: 0,
};
const aborted: RolloutEnd = { ...back, code: 'ABORTED', message: 'the rollout was aborted' };

/** An agent that says what a road says, and waits at each barrier until it is passed or aborted. */
function host(name: string, asked: string[], say: readonly string[], end: RolloutEnd | Error) {
  const passed = new Map<string, () => void>();
  const stop = Promise.withResolvers<RolloutEnd>();
  const agent: AgentConnection = {
    request: async (request: Request) => {
      asked.push(`${name} ${request.type}${request.type === 'pass' ? ` ${request.barrier}` : ''}`);
      if (request.type === 'pass') passed.get(request.barrier)?.();
      if (request.type === 'abort') stop.resolve(aborted);
      return {} as never;
    },
    async follow(_scope, rolloutId, onRecord) {
      const run = async (): Promise<RolloutEnd> => {
        for (const kind of say) {
          const record: RolloutRecord = {
            seq: 1,
            at: '',
            rolloutId,
            kind,
            text: kind,
            weightPercent: 0,
            requests: 0,
            errors: 0,
          };
          const [, barrier] = /^await-(.*)$/.exec(kind) ?? [];
          const gate = Promise.withResolvers<void>();
          if (barrier !== undefined) passed.set(barrier, gate.resolve);
          asked.push(`${name} says ${kind}`);
          onRecord(record);
          if (barrier !== undefined) await gate.promise;
        }
        if (end instanceof Error) throw end;
        return end;
      };
      return await Promise.race([run(), stop.promise]);
    },
    close: async () => {},
  };
  return { name, agent, rolloutId: 'r1' };
}

const road = ['prepare', 'await-prepared', 'shift', 'await-switched', 'persist', 'drain-old'];

test('no host switches before all are prepared, and none commits before the first one has', async () => {
  const asked: string[] = [];
  const hosts = [host('a', asked, road, ok), host('b', asked, road, ok)];
  const end = await followTogether(hosts, scope, () => {});

  expect(end.outcome).toBe('ok');
  const at = (text: string): number => asked.indexOf(text);
  for (const name of ['a', 'b']) {
    expect(at('a says await-prepared')).toBeLessThan(at(`${name} says shift`));
    expect(at('b says await-prepared')).toBeLessThan(at(`${name} says shift`));
  }
  expect(at('b says await-switched')).toBeLessThan(at('a says persist'));
  expect(at('a says drain-old')).toBeLessThan(at('b pass switched'));
  expect(asked).not.toContain('a abort');
});

test('one host that fails takes all back, and its reason is the one that is told', async () => {
  const asked: string[] = [];
  const hosts = [host('a', asked, road, ok), host('b', asked, ['prepare', 'await-prepared', 'shift'], back)];
  const end = await followTogether(hosts, scope, () => {});

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'CANARY_ERROR_RATE' });
  expect(end.message).toContain('b: it is bad');
  expect(asked).toContain('a abort');
  expect(asked).not.toContain('a says persist');
});

test('a host that is out of reach is named, and the others go back', async () => {
  const asked: string[] = [];
  const gone = new EnvironmentError('AGENT_GONE', 'the agent is gone');
  const hosts = [host('a', asked, road, ok), host('b', asked, ['prepare', 'await-prepared'], gone)];
  const end = await followTogether(hosts, scope, () => {});

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'HOST_UNREACHABLE' });
  expect(end.message).toContain('b: out of reach');
  expect(asked).toContain('a abort');
});

test('a host that is lost after the first one has committed leaves them different, and that is said', async () => {
  const asked: string[] = [];
  const gone = new EnvironmentError('AGENT_GONE', 'the agent is gone');
  const hosts = [host('a', asked, road, ok), host('b', asked, road.slice(0, 4), gone)];
  const end = await followTogether(hosts, scope, () => {});

  expect(end).toMatchObject({ outcome: 'rollback-failed', code: 'HOSTS_DIFFER' });
  expect(asked).not.toContain('a abort');
});

test('a lock that one host refuses is given back on the others', async () => {
  const asked: string[] = [];
  const free = host('a', asked, [], ok);
  const held: AgentConnection = {
    ...free.agent,
    request: async () => {
      throw new LockHeld('LOCK_HELD', 'run r0 holds it');
    },
  };
  const fleet = fleetOf([free, { name: 'b', agent: held }]);
  const owner = { runId: 'r1', who: 'me', command: 'ship', process: null };

  await expect(fleet.request({ type: 'lock', ...scope, owner, leaseMs: 1_000 })).rejects.toThrow('b: run r0 holds it');
  expect(asked).toEqual(['a lock', 'a unlock']);
});
