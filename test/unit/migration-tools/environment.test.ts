import { expect, test } from 'vitest';
import { programEnvironment } from '../../../src/migration-tools/program/environment.ts';

const limits = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };

test('a program for PostgreSQL finds its database by URL or by the variables of libpq, with the timeouts', () => {
  const url = 'postgres://app:50%25%20%22of%22@db.example:6432/shop?sslmode=require';

  expect(programEnvironment({ url, dialect: { engine: 'postgres' }, ...limits })).toEqual({
    DATABASE_URL: 'postgresql://app:50%25%20%22of%22@db.example:6432/shop?sslmode=require',
    PGHOST: 'db.example',
    PGPORT: '6432',
    PGUSER: 'app',
    PGPASSWORD: '50% "of"',
    PGDATABASE: 'shop',
    PGSSLMODE: 'require',
    PGAPPNAME: 'fairway command',
    PGOPTIONS: '-c lock_timeout=2000 -c statement_timeout=60000',
  });
});

test('a program for MariaDB is given a URL that its drivers know, and the variables of the clients', () => {
  const url = 'mariadb://app:a%40b@127.0.0.1/shop';

  expect(programEnvironment({ url, dialect: { engine: 'mariadb' }, ...limits })).toEqual({
    DATABASE_URL: 'mysql://app:a%40b@127.0.0.1/shop',
    MYSQL_HOST: '127.0.0.1',
    MYSQL_TCP_PORT: '3306',
    MYSQL_USER: 'app',
    MYSQL_PWD: 'a@b',
    MYSQL_DATABASE: 'shop',
  });
});

test('a scheme of the configuration names the driver', () => {
  const database = { url: 'mariadb://h/shop', dialect: { engine: 'mariadb' as const }, ...limits };

  expect(programEnvironment({ ...database, urlScheme: 'mysql+pymysql' })['DATABASE_URL']).toBe(
    'mysql+pymysql://h/shop',
  );
});

test('a % that begins no escape stands for itself', () => {
  const url = 'postgres://app:100%@h/shop';

  expect(programEnvironment({ url, dialect: { engine: 'postgres' }, ...limits })).toMatchObject({
    PGPASSWORD: '100%',
    DATABASE_URL: 'postgresql://app:100%25@h/shop',
  });
});
