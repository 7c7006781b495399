import { type Gauge, worthPredicting } from '../../domain/migration/predict.ts';
import type { MariadbObservation } from '../../domain/migration/classify/mariadb/observation.ts';
import { workKindOf } from '../../domain/migration/classify/mariadb/verdict.ts';
import type { ThrowAwayServer } from '../../databases/observe/throw-away-server.ts';
import { phaseOf } from '../../domain/migration/classify/phase.ts';
import { classifyMariadb, type MariadbScript } from '../../domain/migration/classify/mariadb/classify.ts';
import { statementsOfCaptured } from '../../domain/migration/classify/mariadb/captured.ts';
import { splitMariadb, type MariadbStatement } from '../../domain/migration/classify/mariadb/split.ts';
import type { TargetStatistics } from '../../domain/migration/classify/predict-time.ts';
import type { Classification } from '../../domain/migration/classify/result.ts';
import { scriptsOf } from '../../domain/migration/sections.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import { ConfigError } from '../../errors.ts';
import type { SqlConnection } from '../../ports.ts';
import { captureCommand } from './capture.ts';
import type { ClassifyInput, ClassifyPorts, MigrationText } from './input.ts';

/** Classify MariaDB migrations: the server is asked, statement by statement, for the kindest way it can do each. */
export async function classifyOnMariadb(
  input: ClassifyInput,
  target: TargetStatistics,
  ports: ClassifyPorts,
): Promise<Classification> {
  const written = input.files.map((file): MariadbScript => ({ phase: phaseOf(file.text), statements: split(file) }));
  const { scripts, watched, gauges } = input.isStatic
    ? { scripts: written, watched: null, gauges: new Map<string, Gauge>() }
    : await watch(written, target, input, ports);
  return classifyMariadb(scripts, watched, { budgetMs: input.budgetMs, target, gauges });
}

function split(file: MigrationText): readonly MariadbStatement[] {
  const { up } = scriptsOf(file.path, file.text);
  return splitMariadb(file.path, up.text).map((one) => ({ ...one, line: file.line ?? one.line + up.firstLine - 1 }));
}

interface Watched {
  readonly scripts: readonly MariadbScript[];
  readonly watched: NonNullable<Parameters<typeof classifyMariadb>[1]>;
  readonly gauges: ReadonlyMap<string, Gauge>;
}

async function watch(
  written: readonly MariadbScript[],
  target: TargetStatistics,
  input: ClassifyInput,
  ports: ClassifyPorts,
): Promise<Watched> {
  if (input.base.kind === 'copy') {
    throw new ConfigError('BASE_NOT_COPIED', 'MariaDB cannot copy a database by itself', {
      hint: 'write its schema with mariadb-dump --no-data, and give that with --schema',
    });
  }
  const server = await ports.startServer();
  const database = `fairway_classify_${ports.random(6)}`;
  const scratch = `${database}_scratch`;
  const connect = async (purpose: string): Promise<SqlConnection> =>
    await ports.sql.connect(server.url(database, purpose), {
      timeoutMs: 10_000,
      applicationName: `fairway classify ${purpose}`,
    });
  const base = input.base.kind === 'scripts' ? input.base.files.flatMap(split) : [];
  const prepare = async (): Promise<string> => {
    await server.drop(database);
    await server.create(database);
    await lay(base, connect);
    return database;
  };
  try {
    const scripts = await sentOr(written, server, prepare, ports);
    await prepare();
    await server.create(scratch);
    const options = { statementTimeoutMs: input.statementTimeoutMs, scratch };
    const statements = scripts.map((script) => script.statements);
    const observations = await ports.mariadb.observe(statements, options, connect, ports.clock);
    const gauges = await gaugesFor(observations.flat(), target, scratch, server, ports);
    return { scripts, watched: { server: server.version, observations }, gauges };
  } finally {
    await end(server, [database, scratch]);
  }
}

/** What a command sent, where there is one; under the same name of the database, because statements may say it. */
async function sentOr(
  written: readonly MariadbScript[],
  server: ThrowAwayServer,
  prepare: () => Promise<string>,
  { command }: ClassifyPorts,
): Promise<readonly MariadbScript[]> {
  if (command === undefined) return written;
  const captured = await captureCommand(command, await prepare(), server, 'mariadb');
  return [{ phase: 'expand', statements: statementsOfCaptured(command.shownAs, captured) }];
}

const gaugeRows = 20_000;
/** A copy of fewer rows does not tell how long the target would take. */
const smallestCopy = 1_000;

/** Time the server's work on rows as wide as the target's, where it would take long there and the copy cannot tell. */
async function gaugesFor(
  observations: readonly MariadbObservation[],
  target: TargetStatistics,
  scratch: string,
  server: ThrowAwayServer,
  ports: ClassifyPorts,
): Promise<ReadonlyMap<string, Gauge>> {
  const tables = new Set(
    observations.flatMap((one) =>
      one.kind === 'observed' && one.table !== null && workKindOf(one) !== null && (one.rows ?? 0) < smallestCopy
        ? [one.table]
        : [],
    ),
  );
  const large = [...tables].filter((table) => (target.get(table)?.rows ?? 0) >= worthPredicting);
  const gauges = new Map<string, Gauge>();
  if (large.length === 0) return gauges;
  const applicationName = 'fairway classify gauge';
  const connection = await ports.sql.connect(server.url(scratch, 'main'), { timeoutMs: 10_000, applicationName });
  try {
    for (const table of large) {
      const { rows = 1, bytes = 0 } = target.get(table) ?? {};
      gauges.set(table, await ports.mariadb.gauge(connection, gaugeRows, bytes / Math.max(1, rows), ports.clock));
    }
    return gauges;
  } finally {
    await connection.close();
  }
}

async function lay(
  statements: readonly MariadbStatement[],
  connect: (purpose: string) => Promise<SqlConnection>,
): Promise<void> {
  const connection = await connect('base');
  try {
    for (const { sql, file, line, column } of statements) {
      try {
        await connection.query(sql);
      } catch (error) {
        const failure = sqlFailureOf(error);
        if (failure === null) throw error;
        throw new ConfigError(
          'BASE_SCHEMA_FAILS',
          `${file}:${line}:${column}: the base schema cannot be built: ${failure.message}`,
          { hint: 'the base must run on an empty database' },
        );
      }
    }
  } finally {
    await connection.close();
  }
}

async function end(server: ThrowAwayServer, databases: readonly string[]): Promise<void> {
  try {
    for (const database of databases) await server.drop(database);
  } finally {
    await server.stop();
  }
}
