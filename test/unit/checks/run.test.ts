import { expect, test } from 'vitest';
import type { CheckSpec } from '../../../src/domain/smoke/check.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { EnvironmentError } from '../../../src/errors.ts';
import { fakeClock } from '../../fakes/clock.ts';
import type { FakeAnswer } from '../../fakes/http.ts';
import { fakeHttp } from '../../fakes/http.ts';

const target = { baseUrl: 'http://127.0.0.1:4000' };
const minute = { deadlineMs: 60_000 };
const http = (path: string, more: object = {}): CheckSpec => checkSchema.parse({ type: 'http', path, ...more });
const pathOf = (url: string): string => new URL(url).pathname;

function world(answer: (path: string, attempt: number) => FakeAnswer) {
  const seen = new Map<string, number>();
  const fake = fakeHttp(({ url }) => {
    const path = pathOf(url);
    seen.set(path, (seen.get(path) ?? 0) + 1);
    return answer(path, seen.get(path) ?? 0);
  });
  return { http: fake, clock: fakeClock({ auto: true }) };
}

test('a service that answers after a second passes, and the report counts the attempts', async () => {
  const ports = world((_, attempt) => (attempt < 3 ? null : { status: 200 }));

  expect(await runChecks([http('/health')], target, minute, ports)).toEqual({
    verdict: 'pass',
    checks: [{ kind: 'pass', name: 'GET /health', attempts: 3, durationMs: 1_250 }],
  });
});

test('a refused connection fails when the time to retry is over', async () => {
  const ports = world(() => null);
  const report = await runChecks([http('/health', { retry: { for: '2s', every: '1s' } })], target, minute, ports);

  expect(report.verdict).toBe('fail');
  expect(report.checks).toMatchObject([
    {
      kind: 'fail',
      attempts: 3,
      durationMs: 2_000,
      reason: '127.0.0.1:4000: nothing listens there (connection refused)',
    },
  ]);
});

test('after a failure that decides, the other checks are looked at once', async () => {
  const ports = world((path) => ({ status: path === '/good' ? 200 : 500 }));
  const report = await runChecks([http('/bad'), http('/bad-too'), http('/good')], target, minute, ports);

  expect(report.checks.map(({ kind, attempts }) => [kind, attempts])).toEqual([
    ['fail', 8],
    ['fail', 1],
    ['pass', 1],
  ]);
});

test('an optional failure is reported and does not decide', async () => {
  const ports = world((path) => ({ status: path === '/good' ? 200 : 500 }));
  const report = await runChecks(
    [http('/bad', { optional: true, retry: { for: '0s' } }), http('/good')],
    target,
    minute,
    ports,
  );

  expect(report.verdict).toBe('pass');
  expect(report.checks[0]).toMatchObject({ kind: 'fail', optional: true, attempts: 1 });
});

test('a check that cannot look is inconclusive, and is tried again like a failure', async () => {
  const clock = fakeClock({ auto: true });
  const broken = fakeHttp(() => {
    throw new EnvironmentError('TOO_MANY_FILES', 'no file descriptor is left');
  });
  const report = await runChecks([http('/health', { retry: { for: '1s' } })], target, minute, { http: broken, clock });

  expect(report).toMatchObject({
    verdict: 'inconclusive',
    checks: [{ kind: 'inconclusive', attempts: 3, reason: 'no file descriptor is left' }],
  });
});

test('the deadline of all checks bounds the retries, and what was not seen is inconclusive', async () => {
  const clock = fakeClock({ auto: true });
  const slow = fakeHttp(async ({ timeoutMs }) => {
    await clock.sleep(Math.min(timeoutMs, 400));
    return { status: 503 };
  });
  const report = await runChecks(
    [http('/a'), http('/b'), http('/c')],
    target,
    { deadlineMs: 1_500 },
    { http: slow, clock },
  );

  const unknown = {
    kind: 'inconclusive',
    attempts: 0,
    reason: 'not known: the deadline of 1.5 s for all checks had passed',
  };
  expect(report.verdict).toBe('fail');
  expect(report.checks).toMatchObject([{ kind: 'fail', attempts: 2, durationMs: 1_300 }, unknown, unknown]);

  const late = await runChecks([http('/a')], target, { deadlineMs: 300 }, { http: slow, clock });

  expect(late.verdict).toBe('inconclusive');
});

test('an interruption ends the run at once; what was not seen is inconclusive', async () => {
  const controller = new AbortController();
  const stuck = fakeHttp(async () => {
    controller.abort();
    return await new Promise<never>(() => {});
  });
  const options = { deadlineMs: 60_000, signal: controller.signal };
  const report = await runChecks([http('/a'), http('/b')], target, options, {
    http: stuck,
    clock: fakeClock({ auto: true }),
  });

  expect(report.verdict).toBe('inconclusive');
  expect(report.checks.map((check) => 'reason' in check && check.reason)).toEqual([
    'not known: interrupted',
    'not known: interrupted',
  ]);
  expect(stuck.requests).toHaveLength(1);
});

test('a check of a type that is not known here is inconclusive, not passed', async () => {
  const report = await runChecks(
    [{ type: 'telepathy' }],
    target,
    minute,
    world(() => null),
  );

  expect(report.checks).toMatchObject([{ kind: 'inconclusive', reason: 'there is no check of type "telepathy" here' }]);
  expect(report.verdict).toBe('inconclusive');
});

test('each result is told as soon as it is known', async () => {
  const told: string[] = [];
  const onResult = ({ name }: { readonly name: string }): void => void told.push(name);
  await runChecks(
    [http('/a', { name: 'first' }), http('/b')],
    target,
    { ...minute, onResult },
    world(() => ({ status: 200 })),
  );

  expect(told).toEqual(['first', 'GET /b']);
});
