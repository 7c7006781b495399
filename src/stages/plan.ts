import type { ThrowAwayServer } from '../databases/observe/throw-away-server.ts';
import { actionsOf } from '../domain/migration/classify/actions.ts';
import type { ColumnFacts, PlannedFile } from '../domain/migration/classify/plan/facts.ts';
import { planExpandContract } from '../domain/migration/classify/plan/expand-contract.ts';
import type { FactsOf } from '../domain/migration/classify/plan/statement.ts';
import { classifyPostgres, type ScriptOfPhase } from '../domain/migration/classify/postgres.ts';
import type { Classification } from '../domain/migration/classify/result.ts';
import { quoted } from '../domain/migration/classify/safer/pieces.ts';
import { relationName } from '../domain/migration/classify/shapes.ts';
import type { PostgresParser, Statement } from '../domain/migration/classify/statement.ts';
import { compareSchemas } from '../domain/migration/fidelity/compare-snapshots.ts';
import type { SchemaObject } from '../domain/migration/fidelity/snapshot.ts';
import { ConfigError, GateFailed } from '../errors.ts';
import type { SqlConnection } from '../ports.ts';
import type { ClassifyPorts, MigrationText } from './classify/input.ts';
import { parseBase, parseMigrations } from './classify/scripts.ts';
import { stage } from './stage.ts';

export interface PlanInput {
  readonly file: MigrationText;
  readonly base: readonly MigrationText[];
  /** Versions of the other files of the folder. */
  readonly taken: readonly string[];
  readonly statementTimeoutMs: number;
}

export interface PlanResult {
  readonly original: Classification;
  readonly files: readonly PlannedFile[];
  /** The product, watched: every statement is safe, and the schema ends up the same. */
  readonly proof: Classification;
}

/**
 * Turn a dangerous migration into files for expand and contract, and prove them on a throw-away database.
 *
 * Throws GateFailed `PLAN_IMPOSSIBLE`, `PLAN_NOT_SAFE` or `PLAN_DIFFERS`; nothing is written.
 */
export async function planMigration(input: PlanInput, ports: ClassifyPorts): Promise<PlanResult> {
  return await stage('plan', 'Plan the steps and prove them', ports, async (note) => {
    const parser = await ports.loadParser();
    const [script] = parseMigrations([input.file], 'fairway', parser);
    if (script === undefined) throw new ConfigError('FILES_MISSING', 'no migration was given');
    const base = parseBase(input.base, parser, note);
    const server = await ports.startServer();
    try {
      const bench = await prepare(base, server, input, ports);
      const original = await bench.watch('original', [script], parser);
      const factsOf = await bench.facts(script.statements);
      const classification = original.classification;
      const plan = planExpandContract(
        {
          name: input.file.path.split('/').at(-1) ?? '',
          statements: script.statements,
          classification,
          taken: input.taken,
        },
        factsOf,
        parser,
      );
      if (plan.kind === 'impossible') {
        throw new GateFailed('PLAN_IMPOSSIBLE', `${input.file.path}:${plan.line}: ${plan.why}`, {
          hint: 'do this part by hand, or take it out of the file',
        });
      }
      const proven = await bench.watch('stepped', parseMigrations(plan.files.map(asText), 'fairway', parser), parser);
      refuse(original.schema, proven.schema, proven.classification);
      const value = { original: classification, files: plan.files, proof: proven.classification };
      return {
        value,
        summary: `${plan.files.length} files, ${proven.classification.statements.length} statements, all safe`,
      };
    } finally {
      await server.stop();
    }
  });
}

const asText = ({ name, text }: PlannedFile): MigrationText => ({ path: name, text });

function refuse(wanted: readonly SchemaObject[], found: readonly SchemaObject[], proof: Classification): void {
  const bad = proof.statements.filter((one) => one.class !== 'safe');
  const [first] = bad;
  if (first !== undefined) {
    throw new GateFailed(
      'PLAN_NOT_SAFE',
      `${first.file}:${first.line}: ${first.class}: ${first.reason}\n${first.sql}`,
      {
        hint: 'the steps that are known do not fit this schema; do it by hand',
      },
    );
  }
  // A column that was replaced stands last; its place is the one thing that cannot be given back.
  const withoutOrder = (schema: readonly SchemaObject[]): readonly SchemaObject[] =>
    schema.filter(({ kind }) => !kind.startsWith('order of'));
  const different = compareSchemas(withoutOrder(wanted), withoutOrder(found));
  if (different.length > 0) {
    throw new GateFailed(
      'PLAN_DIFFERS',
      `the steps end in another schema: ${different.map((one) => one.text).join('; ')}`,
      {
        hint: 'the steps that are known do not fit this schema; do it by hand',
      },
    );
  }
}

/** Databases that all begin with the same base. */
async function prepare(base: readonly Statement[], server: ThrowAwayServer, input: PlanInput, ports: ClassifyPorts) {
  const prefix = `fairway_plan_${ports.random(6)}`;
  const connect = async (name: string): Promise<SqlConnection> =>
    await ports.sql.connect(server.url(`${prefix}_${name}`, 'fairway plan'), {
      timeoutMs: 10_000,
      applicationName: 'fairway plan',
    });
  await server.create(`${prefix}_base`);
  const first = await connect('base');
  const refused = await ports.postgres.layBase(base, first);
  await first.close();
  if (refused !== null) {
    const { statement, failure } = refused;
    throw new ConfigError(
      'BASE_SCHEMA_FAILS',
      `${statement.file}:${statement.line}:${statement.column}: ${failure.message}`,
    );
  }
  return {
    async watch(name: string, scripts: readonly ScriptOfPhase[], parser: PostgresParser) {
      await server.create(`${prefix}_${name}`, `${prefix}_base`);
      const options = { statementTimeoutMs: input.statementTimeoutMs };
      const watched = await ports.postgres.observe(scripts, options, async () => await connect(name), ports.clock);
      const judging = { budgetMs: 1_000, target: new Map() };
      const classification = classifyPostgres(scripts, { server: server.version, ...watched }, judging, parser);
      const connection = await connect(name);
      const schema = await ports.postgres.schema(connection, 'fairway_migrations');
      await connection.close();
      return { classification, schema };
    },
    async facts(statements: readonly Statement[]): Promise<FactsOf> {
      const connection = await connect('base');
      const known = new Map<string, ColumnFacts>();
      for (const [table, column] of statements.flatMap(mentioned)) {
        const facts = await ports.postgres.columnFacts(quoted(table), column, connection).catch(() => null);
        if (facts !== null) known.set(`${table}.${column}`, facts);
      }
      await connection.close();
      return (table, column) => known.get(`${table}.${column}`) ?? null;
    },
  };
}

/** Columns whose facts a plan may ask for. */
function mentioned(statement: Statement): readonly (readonly [string, string])[] {
  const { node } = statement;
  if ('InsertStmt' in node) {
    const select = node.InsertStmt.selectStmt;
    const source = select !== undefined && 'SelectStmt' in select ? select.SelectStmt : undefined;
    const [from] = source?.fromClause ?? [];
    const table = from !== undefined && 'RangeVar' in from ? relationName(from.RangeVar) : '';
    return [...JSON.stringify(source?.targetList ?? []).matchAll(/"sval":"([^"]+)"/g)].map(
      ([, name = '']) => [table, name] as const,
    );
  }
  return actionsOf(statement).flatMap((action) => {
    if (action.does === 'rename' && action.table !== null) return [[action.table, action.from] as const];
    if (action.does === 'change-type' || action.does === 'set-not-null')
      return [[action.table, action.column] as const];
    return [];
  });
}
