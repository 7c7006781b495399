import { expect, test } from 'vitest';
import { inTurns, servicePlan, type ServiceSpec, serviceVariables } from '../../../../src/domain/tests/services.ts';

const postgres: ServiceSpec = { type: 'postgres', image: 'postgres:17', env: { TZ: 'UTC' }, timeout: 60_000 };
const mariadb: ServiceSpec = { type: 'mariadb', image: 'mariadb:11', env: {}, timeout: 60_000 };
const web: ServiceSpec = { type: 'application', port: 8080, path: '/ready', env: { MODE: 'test' }, timeout: 60_000 };

test('a service is reached by its name, and variables say how', () => {
  expect(serviceVariables('main-db', postgres, 'secret')).toEqual({
    MAIN_DB_HOST: 'main-db',
    MAIN_DB_PORT: '5432',
    MAIN_DB_URL: 'postgres://postgres:secret@main-db:5432/postgres',
  });
  expect(serviceVariables('db', mariadb, 'secret')['DB_URL']).toBe('mysql://root:secret@db:3306/test');
  expect(serviceVariables('web', web, 'secret')['WEB_URL']).toBe('http://web:8080');
});

test('a database is asked over the network whether it is ready, because one that sets itself up has a socket first', () => {
  const plan = servicePlan(postgres, 'image', 'secret', {});

  expect(plan.env).toEqual({ POSTGRES_PASSWORD: 'secret', TZ: 'UTC' });
  expect(plan.probe).toMatchObject({ kind: 'command' });
  expect(plan.probe.kind === 'command' ? plan.probe.argv.join(' ') : '').toContain('--host 127.0.0.1');
});

test('the application starts after the servers and is told how to reach them', () => {
  const turns = inTurns({ web, db: postgres, other: mariadb });

  expect(turns.map((turn) => turn.map(([name]) => name))).toEqual([['db', 'other'], ['web']]);
  expect(servicePlan(web, 'sha256:1', 'x', { DB_HOST: 'db' })).toEqual({
    image: 'sha256:1',
    argv: [],
    env: { PORT: '8080', HOST: '0.0.0.0', DB_HOST: 'db', MODE: 'test' },
    probe: { kind: 'http', port: 8080, path: '/ready' },
  });
  expect(inTurns({})).toEqual([]);
});
