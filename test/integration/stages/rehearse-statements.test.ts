import { afterAll, beforeAll, expect, test as always } from 'vitest';
import { rehearse } from '../../../src/stages/rehearse.ts';
import { needs } from '../../requirements.ts';
import { type RehearseWorld, rehearseWorld } from './rehearse-world.ts';

const onMariadb = needs('mariadbd');

let here: RehearseWorld;
let there: RehearseWorld;

beforeAll(async () => {
  here = await rehearseWorld();
  there = await rehearseWorld('mariadb');
});

afterAll(async () => {
  await here.world.remove();
  await there.world.remove();
});

const base = { '0001_goods.sql': 'CREATE TABLE goods (id int PRIMARY KEY, title varchar(60), stock int DEFAULT 0);' };
const asks = { READ: 'SELECT id, title FROM goods', WRITE: 'SELECT 1' };
const large = new Map([['goods', { rows: 1_000_000, bytes: 100_000_000 }]]);

always(
  'each statement of a rehearsal is told with its lock, and with its time on a target of a million rows',
  async () => {
    const pending = {
      '0002_price.sql':
        'ALTER TABLE goods ADD price int;\nALTER TABLE goods ALTER stock TYPE bigint;\nCREATE TABLE notes (id int);',
      '0003_title.sql': 'CREATE INDEX CONCURRENTLY goods_title ON goods (title);',
    };
    const input = await here.input({ base, pending, old: asks, new: asks });

    const { statements } = await rehearse({ ...input, targetStatistics: large }, here.ports);

    expect(statements).toMatchObject([
      {
        place: 'migrations/0002_price.sql:1:1',
        lock: 'ACCESS EXCLUSIVE',
        relations: ['goods'],
        work: [],
        predictedMs: null,
      },
      {
        place: 'migrations/0002_price.sql:2:1',
        work: [{ relation: 'goods', kind: 'rewrite' }],
        predictedMs: expect.any(Number),
      },
      { place: 'migrations/0002_price.sql:3:1', lock: null, relations: [], work: [], predictedMs: null },
      { place: 'migrations/0003_title.sql:1:1', lock: 'SHARE UPDATE EXCLUSIVE' },
    ]);
    expect(statements[1]?.predictedMs).toBeGreaterThan(statements[1]?.ms ?? Infinity);
  },
);

always('a small target needs no prediction', async () => {
  const pending = { '0002_stock.sql': 'ALTER TABLE goods ALTER stock TYPE bigint;' };
  const input = await here.input({ base, pending, old: asks, new: asks });
  const small = new Map([['goods', { rows: 900, bytes: 90_000 }]]);

  const { statements } = await rehearse({ ...input, targetStatistics: small }, here.ports);

  expect(statements).toMatchObject([{ work: [{ relation: 'goods', kind: 'rewrite' }], predictedMs: null }]);
});

onMariadb('on MariaDB each statement is told with the algorithm and the lock that the server promised', async () => {
  const pending = {
    '0002_price.sql':
      'ALTER TABLE goods ADD price int AFTER id;\nALTER TABLE goods MODIFY stock bigint;\nCREATE INDEX by_title ON goods (title);\nDROP INDEX by_title ON goods;',
  };
  const input = await there.input({ base, pending, old: asks, new: asks });

  const { statements } = await rehearse({ ...input, targetStatistics: large }, there.ports);

  expect(statements).toMatchObject([
    { promise: { algorithm: 'INSTANT', lock: 'NONE' }, work: [], predictedMs: null },
    { promise: { algorithm: 'COPY', lock: 'SHARED' }, work: [{ kind: 'copy' }], predictedMs: expect.any(Number) },
    { promise: { algorithm: 'NOCOPY', lock: 'NONE' }, work: [{ kind: 'index' }], predictedMs: expect.any(Number) },
    { promise: { algorithm: 'NOCOPY', lock: 'NONE' }, work: [], predictedMs: null },
  ]);
});
