import { expect, test } from 'vitest';
import type { CheckPorts } from '../../../src/checks/check.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { runChecks } from '../../../src/checks/run.ts';
import type { CommandResult, SqlRow } from '../../../src/ports.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeExec } from '../../fakes/exec.ts';
import { fakeHttp } from '../../fakes/http.ts';
import { fakeSecrets } from '../../fakes/secrets.ts';

const agent: CheckPorts = { http: fakeHttp(() => ({ status: 200 })), clock: fakeClock({ auto: true }) };

async function look(config: object, ports: CheckPorts) {
  const spec = checkSchema.parse(config);
  const report = await runChecks([spec], { baseUrl: 'http://127.0.0.1:4000' }, { deadlineMs: 60_000 }, ports);
  return { verdict: report.verdict, ...report.checks[0] };
}

const command = { type: 'command', run: ['npm', 'run', 'smoke', '--', 'a b'], env: { MODE: 'quick' } };

function client(answer: Partial<CommandResult>) {
  const exec = fakeExec(() => answer);
  return { ...agent, exec };
}

test('a command runs once with the address of the release, and passes when it exits with 0', async () => {
  const ports = client({});

  expect(await look(command, ports)).toMatchObject({ verdict: 'pass', kind: 'pass', name: 'npm run smoke -- a b' });
  expect(ports.exec.commands).toEqual([
    {
      argv: ['npm', 'run', 'smoke', '--', 'a b'],
      env: { MODE: 'quick', FAIRWAY_URL: 'http://127.0.0.1:4000' },
      timeoutMs: 60_000,
    },
  ]);
});

test('a command that fails is told with its code and its last line', async () => {
  const failed = client({ exitCode: 2, stderr: 'starting\ncart is empty\n' });

  expect(await look({ ...command, retry: { for: '0s' } }, failed)).toMatchObject({
    verdict: 'fail',
    reason: 'exited with 2: cart is empty',
  });
});

test('where there is no checkout a command is reported once and decides nothing', async () => {
  expect(await look(command, agent)).toMatchObject({
    verdict: 'pass',
    kind: 'inconclusive',
    optional: true,
    attempts: 1,
    reason: 'needs the checkout: the client looks at it',
  });
});

const query = { type: 'sql', url: 'env:DATABASE_URL', query: 'SELECT count(*) FROM orders', retry: { for: '0s' } };

function database(rows: readonly SqlRow[]) {
  const asked: string[] = [];
  const connection = {
    query: async (text: string) => {
      asked.push(text);
      return text.startsWith('START') ? [] : rows;
    },
    close: async () => void asked.push('closed'),
  };
  const secrets = fakeSecrets({ 'env:DATABASE_URL': 'postgres://shop' });
  return { asked, ports: { ...agent, secrets, sql: { connect: async () => connection } } };
}

test('a query runs where nothing can be written, and its first column is compared', async () => {
  const { asked, ports } = database([{ count: '3' }]);

  expect(await look({ ...query, equals: 3 }, ports)).toMatchObject({ verdict: 'pass' });
  expect(asked).toEqual(['START TRANSACTION READ ONLY', 'SELECT count(*) FROM orders', 'closed']);
});

test('another value, and too few rows, fail with both numbers', async () => {
  expect(await look({ ...query, equals: 4 }, database([{ count: '3' }]).ports)).toMatchObject({
    verdict: 'fail',
    reason: 'answered 3, expected 4',
  });
  expect(await look(query, database([]).ports)).toMatchObject({ reason: '0 rows, expected at least 1' });
});

test('the agent, which has no secrets, leaves a query to the client', async () => {
  expect(await look(query, agent)).toMatchObject({ verdict: 'pass', kind: 'inconclusive', optional: true });
});
