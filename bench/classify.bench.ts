/**
 * Reading a few hundred migration scripts beside squawk, the time to watch one statement, and what each finds and
 * wrongly reports on our own table of statements, whose truth comes from watching PostgreSQL 18.
 *
 *     node bench/classify.bench.ts [--quick]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from '../scripts/build.ts';
import { loadPostgresParser } from '../src/adapters/sql/libpg-query.ts';
import { classifyPostgres } from '../src/domain/migration/classify/postgres.ts';
import { bookshop, statements, type StatementCase } from '../test/fixtures/statements/postgres.ts';
import { watch } from '../test/integration/databases/observe/classify.ts';
import { startPostgres } from '../test/integration/databases/observe/server.ts';

const run = promisify(execFile);
const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const rounds = values.quick === true ? 3 : 7;
const scripts = 300;
const squawkVersion = '2.66.0';
const top = join(import.meta.dirname, '..');

/** Style and timeouts: not what the table is about. What remains is about locks, scans, rewrites and losses. */
const style = [
  'require-timeout-settings',
  'require-lock-timeout',
  'require-statement-timeout',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
  'prefer-text-field',
  'prefer-timestamp-tz',
  'prefer-robust-stmts',
  'ban-char-field',
  'require-enum-value-ordering',
  'require-table-schema',
];

const home = await mkdtemp(join(tmpdir(), 'fairway-bench-classify-'));
try {
  const squawk = await installSquawk();
  await build(join(home, 'dist'));
  const cli = join(home, 'dist', 'cli.js');
  const files = await writeScripts();
  const reading = {
    scripts,
    squawkMs: await median(async () => await tolerant(squawk, ['--reporter', 'json', ...files])),
    fairwayStaticMs: await median(
      async () =>
        await tolerant(process.execPath, [
          cli,
          'classify',
          ...files,
          '--database',
          'postgres',
          '--static',
          '--json',
          '--fail-on',
          'never',
        ]),
    ),
    nodeAloneMs: await median(async () => await run(process.execPath, ['-e', '0'])),
  };
  const found = await judgeTable(squawk);
  const predicting = await predictAgainstTruth();
  const result = {
    measured: { cpus: cpus().length, node: process.version, squawk: squawkVersion, rounds },
    reading: { ...reading, ratio: Number((reading.fairwayStaticMs / reading.squawkMs).toFixed(2)) },
    ...found,
    predicting,
  };
  await mkdir(join(top, 'bench', 'results'), { recursive: true });
  await writeFile(join(top, 'bench', 'results', 'classify.json'), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  await rm(home, { recursive: true, force: true });
}

async function installSquawk(): Promise<string> {
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', `squawk-cli@${squawkVersion}`]);
  const command = join(home, 'node_modules', '.bin', 'squawk');
  await run(command, ['--version']);
  return command;
}

/** The table's statements, three a file, over and over. */
async function writeScripts(): Promise<readonly string[]> {
  const folder = join(home, 'migrations');
  await mkdir(folder);
  const names: string[] = [];
  for (let i = 0; i < scripts; i += 1) {
    const name = join(folder, `${String(i + 1).padStart(4, '0')}_change.sql`);
    const three = [0, 1, 2].map((j) => statements[(i * 3 + j) % statements.length]?.sql ?? '');
    await writeFile(name, `${three.join(';\n')};\n`);
    names.push(name);
  }
  return names;
}

async function median(measured: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i += 1) {
    const start = performance.now();
    await measured();
    times.push(performance.now() - start);
  }
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0);
}

/** A linter that finds something ends with a code of its own; its output counts. */
async function tolerant(command: string, argv: readonly string[]): Promise<string> {
  try {
    return (await run(command, argv, { maxBuffer: 256 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, code } = error as { readonly stdout?: string; readonly code?: unknown };
    if (typeof stdout === 'string' && typeof code === 'number' && stdout !== '') return stdout;
    throw error;
  }
}

async function judgeTable(squawk: string) {
  const parser = await loadPostgresParser();
  const server = await startPostgres(18);
  try {
    await server.create('bookshop');
    const connection = await server.connect('bookshop');
    await connection.query(bookshop);
    await connection.close();
    const times: number[] = [];
    const tally = { squawk: count(), fairwayStatic: count(), fairwayWatched: count() };
    for (const one of statements) {
      const start = performance.now();
      const watched = await watch(
        one.sql,
        { given: one.given, template: 'bookshop', wrapping: one.wrapping },
        server,
        parser,
      );
      times.push((performance.now() - start) / watched.statements.length);
      add(tally.fairwayWatched, one, isAlarm(watched.statements.at(-1)?.class));
      add(tally.fairwayStatic, one, isAlarm(readAlone(one, parser)));
      add(tally.squawk, one, await squawkSpeaks(squawk, one));
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0);
    return {
      watching: {
        statements: times.length,
        medianMs: at(0.5),
        p95Ms: at(0.95),
        includes: 'a copy of the base and five connections per case',
      },
      table: {
        hazards: statements.filter((one) => one.class === 'dangerous').length,
        harmless: statements.filter((one) => one.class === 'safe').length,
        ...tally,
      },
    };
  } finally {
    await server.stop();
  }
}

/** Watch on 100,000 rows, predict for 2,000,000, and watch there too. */
async function predictAgainstTruth() {
  const parser = await loadPostgresParser();
  const server = await startPostgres(18);
  const [few, many] = [100_000, 2_000_000];
  const tableOf = (rows: number): string =>
    `CREATE TABLE books (id bigint PRIMARY KEY, title text, pages integer);
     INSERT INTO books SELECT i, 'title ' || i, i % 900 + 1 FROM generate_series(1, ${rows}) i`;
  const target = new Map([['books', { rows: many, bytes: 0 }]]);
  const statementsToWatch = [
    'CREATE INDEX books_pages ON books (pages)',
    'CREATE INDEX books_title ON books (title)',
    'ALTER TABLE books ALTER COLUMN pages SET NOT NULL',
    'ALTER TABLE books ADD CONSTRAINT paged CHECK (pages > 0)',
    'ALTER TABLE books ADD COLUMN token uuid DEFAULT gen_random_uuid()',
    'ALTER TABLE books ALTER COLUMN pages TYPE bigint',
  ];
  try {
    for (const rows of [few, many]) {
      await server.create(`rows_${rows}`);
      const connection = await server.connect(`rows_${rows}`);
      await connection.query(tableOf(rows));
      await connection.close();
    }
    const found = [];
    for (const sql of statementsToWatch) {
      const small = await watch(sql, { template: `rows_${few}`, target }, server, parser);
      const large = await watch(sql, { template: `rows_${many}` }, server, parser);
      const [predictedMs, actualMs] = [small.statements[0]?.predictedMs ?? 0, large.statements[0]?.ms ?? 0];
      found.push({
        sql,
        watchedMs: small.statements[0]?.ms,
        predictedMs,
        actualMs,
        factor: Number((predictedMs / actualMs).toFixed(2)),
      });
    }
    return { fromRows: few, toRows: many, statements: found };
  } finally {
    await server.stop();
  }
}

interface Tally {
  found: number;
  falseAlarms: number;
  missed: string[];
  wronglyReported: string[];
}

function count(): Tally {
  return { found: 0, falseAlarms: 0, missed: [], wronglyReported: [] };
}

/** What asks for a review is neither: it counts for nobody. */
function add(tally: Tally, one: StatementCase, speaks: boolean): void {
  if (one.class === 'dangerous' && speaks) tally.found += 1;
  if (one.class === 'dangerous' && !speaks) tally.missed.push(one.name);
  if (one.class !== 'safe' || !speaks) return;
  tally.falseAlarms += 1;
  tally.wronglyReported.push(one.name);
}

function isAlarm(found: string | undefined): boolean {
  return found === 'dangerous' || found === 'unobserved';
}

function readAlone(one: StatementCase, parser: Awaited<ReturnType<typeof loadPostgresParser>>): string | undefined {
  const parsed = parser.parse('a.sql', one.sql);
  if (parsed.kind !== 'parsed') return undefined;
  const script = {
    wrapping: one.wrapping ?? ('statement' as const),
    phase: 'expand' as const,
    statements: parsed.statements,
  };
  return classifyPostgres([script], null, { budgetMs: 1_000, target: new Map() }, parser).statements.at(-1)?.class;
}

async function squawkSpeaks(squawk: string, one: StatementCase): Promise<boolean> {
  const file = join(home, 'one.sql');
  await writeFile(file, `${one.sql};\n`);
  const wrapping = one.wrapping === 'none' ? [] : ['--assume-in-transaction'];
  const out = await tolerant(squawk, [
    '--reporter',
    'json',
    '--pg-version',
    '18.0',
    '--exclude',
    style.join(','),
    ...wrapping,
    file,
  ]);
  return (JSON.parse(out === '' ? '[]' : out) as readonly unknown[]).length > 0;
}
