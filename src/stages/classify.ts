import type { TargetStatistics } from '../domain/migration/classify/predict-time.ts';
import { classifyPostgres, type ScriptOfPhase, type Watched } from '../domain/migration/classify/postgres.ts';
import type { Classification } from '../domain/migration/classify/result.ts';
import type { PostgresParser } from '../domain/migration/classify/statement.ts';
import { ConfigError } from '../errors.ts';
import type { SqlConnection } from '../ports.ts';
import type { ThrowAwayServer } from '../databases/observe/throw-away-server.ts';
import { captureCommand, scriptsOfCommand } from './classify/capture.ts';
import type { ClassifyInput, ClassifyPorts } from './classify/input.ts';
import { classifyOnMariadb } from './classify/mariadb.ts';
import { parseBase, parseMigrations } from './classify/scripts.ts';
import { stage } from './stage.ts';

/**
 * Classify migrations: by watching them on a throw-away copy of the schema, or, when asked, from their text alone.
 *
 * Throws GateFailed `MIGRATION_SYNTAX`, ConfigError `BASE_SCHEMA_FAILS`, EnvironmentError when a server is lost.
 */
export async function classify(input: ClassifyInput, ports: ClassifyPorts): Promise<Classification> {
  const title = input.isStatic ? 'Read the migrations' : 'Watch the migrations on a throw-away copy';
  return await stage('classify', title, ports, async (note) => {
    const target = await statistics(input, ports);
    if (input.engine === 'mariadb') {
      const value = await classifyOnMariadb(input, target, ports);
      return { value, summary: summary(value) };
    }
    const parser = await ports.loadParser();
    const written = parseMigrations(input.files, input.wrapping, parser);
    const { scripts, watched } = input.isStatic
      ? { scripts: written, watched: null }
      : await watch(written, input, parser, ports, note);
    const value = classifyPostgres(scripts, watched, { budgetMs: input.budgetMs, target }, parser);
    return { value, summary: summary(value) };
  });
}

async function watch(
  written: readonly ScriptOfPhase[],
  input: ClassifyInput,
  parser: PostgresParser,
  ports: ClassifyPorts,
  note: (text: string) => void,
): Promise<{ readonly scripts: readonly ScriptOfPhase[]; readonly watched: Watched }> {
  const base = input.base.kind === 'scripts' ? parseBase(input.base.files, parser, note) : [];
  const server = await ports.startServer();
  const database = `fairway_classify_${ports.random(6)}`;
  const captured = `${database}_captured`;
  const prepare = async (name: string): Promise<Connect> => {
    const connect: Connect = async (purpose) => {
      const applicationName = `fairway classify ${purpose}`;
      return await ports.sql.connect(server.url(name, applicationName), { timeoutMs: 10_000, applicationName });
    };
    await server.create(name, input.base.kind === 'copy' ? input.base.database : undefined);
    await lay(base, connect, ports);
    return connect;
  };
  try {
    if (ports.command !== undefined) await prepare(captured);
    const scripts =
      ports.command === undefined
        ? written
        : scriptsOfCommand(ports.command, await captureCommand(ports.command, captured, server, 'postgres'), parser);
    const connect = await prepare(database);
    const options = { statementTimeoutMs: input.statementTimeoutMs };
    const watched = {
      server: server.version,
      ...(await ports.postgres.observe(scripts, options, connect, ports.clock)),
    };
    return { scripts, watched };
  } finally {
    await end(server, ports.command === undefined ? [database] : [captured, database]);
  }
}

type Connect = (purpose: string) => Promise<SqlConnection>;

async function lay(base: ReturnType<typeof parseBase>, connect: Connect, ports: ClassifyPorts): Promise<void> {
  if (base.length === 0) return;
  const connection = await connect('base');
  const refused = await using(connection, async () => await ports.postgres.layBase(base, connection));
  if (refused === null) return;
  const { statement, failure } = refused;
  const place = `${statement.file}:${statement.line}:${statement.column}`;
  throw new ConfigError('BASE_SCHEMA_FAILS', `${place}: the base schema cannot be built: ${failure.message}`, {
    hint: 'the base must run on an empty database; a missing extension must be left out or installed',
  });
}

async function end(server: ThrowAwayServer, databases: readonly string[]): Promise<void> {
  try {
    for (const database of databases) await server.drop(database);
  } finally {
    await server.stop();
  }
}

async function statistics(input: ClassifyInput, ports: ClassifyPorts): Promise<TargetStatistics> {
  if (input.targetUrl === null) return new Map();
  const applicationName = 'fairway classify statistics';
  const connection = await ports.sql.connect(input.targetUrl, { timeoutMs: 10_000, applicationName });
  return await using(connection, async () => await ports[input.engine].statistics(connection));
}

async function using<T>(connection: SqlConnection, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } finally {
    await connection.close();
  }
}

function summary({ statements, mode }: Classification): string {
  const counts = (['dangerous', 'unobserved', 'review', 'safe'] as const).flatMap((kind) => {
    const count = statements.filter((one) => one.class === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  const text = counts.length === 0 ? 'no statement' : counts.join(', ');
  return mode === 'static' ? `${text} (from the text alone)` : text;
}
