import { describe, expect, test } from 'vitest';
import { GateFailed, RollbackFailed, RolledBack } from '../../../src/errors.ts';
import type { AgentConnection } from '../../../src/ports.ts';
import { behindThePage, refuseOrAccept } from '../../../src/stages/accept-impossible.ts';
import type { RehearsalResult } from '../../../src/stages/rehearse/input.ts';

const impossible = {
  rollback: 'impossible',
  reason: 'the old release fails',
  broken: null,
  advice: 'use expand and contract',
} as unknown as RehearsalResult;

const deploy = { strategy: 'recreate', windows: ['sat 22:00-02:00'] };
const wanted = {
  config: { deploy, migrations: { backup: 'verified' } },
  version: '1.4.0',
  accepted: '1.4.0',
} as never as Parameters<typeof refuseOrAccept>[1];
const at = (time: string) => ({ clock: { now: () => new Date(time) } });
const inTime = at('2026-01-03T23:00:00Z');

function refusalOf(change: object, when = inTime): GateFailed | null {
  try {
    refuseOrAccept(impossible, { ...wanted, ...change }, when);
    return null;
  } catch (error) {
    return error as GateFailed;
  }
}

describe('a release from which nothing leads back', () => {
  test('is accepted by its name, behind the page, in its window, with a verified backup', () => {
    expect(refusalOf({})).toBeNull();
  });

  test('is refused as ever when nobody named it', () => {
    expect(refusalOf({ accepted: undefined })).toMatchObject({
      code: 'ROLLBACK_IMPOSSIBLE',
      exitCode: 3,
      message: 'the old release fails',
      hint: 'use expand and contract',
    });
  });

  test.each([
    [{ accepted: '1.3.0' }, '--accept-impossible names 1.3.0, and this is 1.4.0'],
    [
      { config: { deploy: { ...deploy, strategy: 'canary' }, migrations: { backup: 'verified' } } },
      'deploy.strategy is canary, and it needs recreate',
    ],
    [{ config: { deploy, migrations: { backup: 'none' } } }, 'migrations.backup is not "verified"'],
    [
      { config: { deploy: { ...deploy, windows: [] }, migrations: { backup: 'verified' } } },
      'is outside deploy.windows (none)',
    ],
  ])('says what is missing: %j', (change, said) => {
    const refusal = refusalOf(change);

    expect(refusal).toBeInstanceOf(GateFailed);
    expect(refusal?.message).toContain(said);
  });

  test('is refused outside its window, with the time that it is', () => {
    expect(refusalOf({}, at('2026-01-04T02:00:00Z'))?.message).toContain(
      'now (2026-01-04T02:00:00.000Z) is outside deploy.windows (sat 22:00-02:00)',
    );
  });
});

describe('the maintenance page around a migration', () => {
  const closing = { app: 'shop', environment: 'local', runId: 'run-1' };
  const asked: boolean[] = [];
  const agent = {
    request: async ({ isClosed }: { isClosed: boolean }) => void asked.push(isClosed),
  } as unknown as AgentConnection;

  test.each([
    ['that succeeds stays for the rollout', null, [true]],
    ['after which the old release passes is taken away', new RolledBack('MIGRATION_FAILED', ''), [true, false]],
    ['after which the old release fails stays', new RollbackFailed('MIGRATION_FAILED', ''), [true]],
  ])('%s', async (_title, error, expected) => {
    asked.length = 0;
    const run = behindThePage(closing, agent, async () => {
      if (error !== null) throw error;
      return 'done';
    });

    await (error === null ? expect(run).resolves.toBe('done') : expect(run).rejects.toBe(error));
    expect(asked).toEqual(expected);
  });
});
