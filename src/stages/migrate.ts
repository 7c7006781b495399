import type { MigrationPlan, PendingMigration } from '../domain/migration/compare.ts';
import { schemaChecksum } from '../domain/migration/evidence.ts';
import { labelOf, type Migration, type MigrationProblem } from '../domain/migration/migration.ts';
import { GateFailed } from '../errors.ts';
import type { ApplyResult, MigrationSession } from '../migration-tools/tool.ts';
import type {
  AppliedNow,
  ApplyInput,
  MigratePorts,
  MigrateResult,
  MigrationStatus,
  MigrationTarget,
} from './migrate/input.ts';
import { type Runner, runOne, withRunner } from './migrate/runner.ts';

/** What a database has, what it lacks, and what is wrong between it and the tree; changes nothing. */
export async function migrateStatus(
  target: MigrationTarget,
  ports: Pick<MigratePorts, 'sql'>,
): Promise<MigrationStatus> {
  const connection = await ports.sql.connect(target.url, { timeoutMs: 10_000, applicationName: 'fairway status' });
  try {
    const { set, tool } = target;
    const plan = tool.compare(set, await tool.applied({ ...target, connection, tree: set.tree ?? null }, set));
    const pending = plan.pending.map(({ migration }) => labelOf(migration));
    return { applied: plan.applied, pending, open: plan.pending, problems: plan.problems };
  } finally {
    await connection.close();
  }
}

/** Throws GateFailed with every error among the problems; warnings pass. The code is that of the first. */
export function refuseProblems(problems: readonly MigrationProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new GateFailed(first.code, errors.map(({ message }) => message).join('\n'), {
    hint: first.hint,
    facts: { problems: errors },
  });
}

/**
 * Bring a database to the tree: one runner at a time, each file whole or not at all, each applied version recorded.
 *
 * What is wrong before the database is touched is thrown (GateFailed, LockHeld, EnvironmentError); what goes wrong
 * afterwards is a value that says what was applied and what stands.
 */
export async function migrateApply(input: ApplyInput, ports: MigratePorts): Promise<MigrateResult> {
  return await withRunner(input, ports, async (runner) => {
    const plan = await planUnderLock(input, runner.session);
    if (plan.pending.length > 0) await refuseChangedSchema(input, runner.session);
    if (plan.pending.length > 0) await input.tool.prepare(runner.session);
    return await applyAll(plan, runner, input, ports);
  });
}

/** Compare under the lock: another runner may just have ended. */
async function planUnderLock(input: ApplyInput, session: MigrationSession): Promise<MigrationPlan> {
  const plan = input.tool.compare(input.set, await input.tool.applied(session, input.set));
  refuseProblems(plan.problems);
  return plan;
}

/** What was rehearsed was rehearsed on another schema, when somebody changed the target since. */
async function refuseChangedSchema(input: ApplyInput, { connection, reset }: MigrationSession): Promise<void> {
  const { inspector, rehearsedSchema, table } = input;
  if (inspector === undefined || rehearsedSchema === undefined || rehearsedSchema === null) return;
  const now = await schemaChecksum(await inspector.schema(connection, table));
  await reset();
  if (now === rehearsedSchema) return;
  throw new GateFailed('SCHEMA_CHANGED', 'the schema of the database is not the one that was rehearsed on', {
    hint: 'somebody changed it besides the migrations; run "fairway rehearse" again, it names the differences',
    facts: { rehearsed: rehearsedSchema, now },
  });
}

async function applyAll(
  plan: MigrationPlan,
  runner: Runner,
  input: ApplyInput,
  ports: MigratePorts,
): Promise<MigrateResult> {
  const applied: AppliedNow[] = [];
  const wanted = input.isInOneGo === true ? (input.tool.targets?.(plan.pending) ?? plan.pending) : plan.pending;
  for (const pending of wanted) {
    const run = async (attempt: number): Promise<ApplyResult> => await applyOne(pending, attempt, runner, input, ports);
    const ended = await runOne(pending.migration, run, runner, input, ports);
    if (ended.kind === 'failed') {
      const touched = applied.length > 0 || ended.failed.stands !== 'as-before' || pending.begun?.unfinished != null;
      return { ...ended, applied, touched };
    }
    if (ended.kind === 'stopped')
      return { ...ended, applied, touched: applied.length > 0 || pending.begun?.unfinished != null };
    applied.push(ended.step);
    input.onProgress?.({ kind: 'applied', migration: labelOf(pending.migration), durationMs: ended.step.durationMs });
  }
  const { connection } = runner.session;
  const remarks = applied.length === 0 ? [] : ((await input.inspector?.remarks(connection)) ?? []);
  return { kind: 'done', applied, alreadyApplied: plan.applied.length, remarks };
}

async function applyOne(
  { migration, begun }: PendingMigration,
  attempt: number,
  { session }: Runner,
  input: ApplyInput,
  ports: MigratePorts,
): Promise<ApplyResult> {
  const applied = attempt === 1 ? [] : await input.tool.applied(session, input.set);
  const left = attempt === 1 ? begun : (applied.find(({ version }) => version === migration.version) ?? null);
  return await settled(migration, await input.tool.apply(migration, left, session, input.set), input, ports);
}

/** After a connection that was lost during the COMMIT, the table of applied versions knows what came of it. */
async function settled(
  migration: Migration,
  result: ApplyResult,
  input: ApplyInput,
  ports: MigratePorts,
): Promise<ApplyResult> {
  if (result.kind === 'done' || result.stands !== 'unknown') return result;
  try {
    const { applied } = await migrateStatus(input, ports);
    const found = applied.find(({ version }) => version === migration.version);
    if (found === undefined) return { ...result, stands: 'as-before' };
    return { kind: 'done', durationMs: found.durationMs, statements: 0 };
  } catch {
    return result;
  }
}
