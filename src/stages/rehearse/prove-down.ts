import {
  compareSchemas,
  compareSnapshots,
  type Difference,
} from '../../domain/migration/fidelity/compare-snapshots.ts';
import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import { labelOf } from '../../domain/migration/migration.ts';
import { migrateApply } from '../migrate.ts';
import { migrateDown } from '../migrate-down.ts';
import type { ApplyInput, MigrateResult } from '../migrate/input.ts';
import { type Migrations, type RehearsalDatabases, withoutWaiting } from './databases.ts';
import type { RehearsalInput, RehearsalPorts, RehearsalStep } from './input.ts';
import type { Verdict } from './play.ts';
import type { Shadow } from './shadow.ts';
import type { StepLog } from './step-log.ts';

interface On {
  readonly input: RehearsalInput;
  readonly ports: RehearsalPorts;
  readonly log: StepLog;
}

/** The shadow as it was before the migrations and after them. */
export interface Seen {
  readonly shadow: Shadow;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/**
 * What the old release survived so far is a rollback of the code. A down that leaves everything as it was, that the
 * old release survives too, and that can be followed by the same up again, makes it proven.
 */
export async function proveDown(
  on: On,
  databases: RehearsalDatabases,
  seen: Seen | null,
  oldAfterDown: () => Promise<Verdict | null>,
): Promise<Verdict> {
  const { pending } = databases;
  if (pending.length === 0)
    return { rollback: 'proven', reason: 'no migration is pending: both releases share one schema' };
  const without = pending.filter(({ down }) => down === null).map(labelOf);
  if (without.length > 0 || seen === null) {
    const why =
      without.length > 0
        ? `${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no down script`
        : 'nobody can look at this engine';
    on.log.skip('down', why);
    return codeOnly('down', why, null);
  }
  const down = await on.log.step('down', async () => {
    const differences = await downOnShadow(on, databases, seen);
    const broken = differences.filter(({ severity }) => severity === 'broken');
    return [{ differences, broken }, broken[0]?.text ?? `undone, and everything is as it was`];
  });
  const [first] = down.broken;
  if (first !== undefined) return codeOnly('down', `its down is not faithful: ${first.text}`, down.differences);
  const downFailure = await onStage(on, databases);
  if (downFailure !== null) return codeOnly('down', downFailure, down.differences);
  const broken = await oldAfterDown();
  if (broken !== null) return codeOnly('old-after-down', broken.reason, down.differences);
  const again = await upAgain(on, databases, seen);
  if (again !== null) return codeOnly('up-again', again, down.differences);
  return {
    rollback: 'proven',
    reason: 'the old release passes on the new schema with what the new one wrote, and again after a faithful down',
    differences: down.differences,
  };
}

function codeOnly(step: RehearsalStep, why: string, differences: readonly Difference[] | null): Verdict {
  return { rollback: 'code-only', step, reason: `the old release passes on the new schema, but ${why}`, differences };
}

/** On rows that only the migrations touch, so that each difference is theirs. */
async function downOnShadow(
  on: On,
  databases: RehearsalDatabases,
  { shadow, before }: Seen,
): Promise<readonly Difference[]> {
  const result = await undo(shadow.database, on, databases);
  if (result.kind === 'done') return compareSnapshots(before, await shadow.snapshot());
  if (result.kind === 'stopped') throw result.reason;
  const { failed } = result;
  const text = `the down of ${failed.migration} failed: ${failed.message}`;
  return [{ kind: 'changed', severity: 'broken', object: failed.migration, before: null, after: null, text }];
}

/** The same on the database of the releases, with what the new one wrote; null when it worked. */
async function onStage(on: On, databases: RehearsalDatabases): Promise<string | null> {
  const result = await undo(databases.stage, on, databases);
  if (result.kind === 'stopped') throw result.reason;
  return result.kind === 'done' ? null : `a down fails on what the new release wrote: ${result.failed.message}`;
}

async function upAgain(on: On, databases: RehearsalDatabases, { shadow, after }: Seen): Promise<string | null> {
  return await on.log.check('up-again', async () => {
    const result = await migrateApply(applyInput(shadow.database, on, databases), on.ports);
    if (result.kind === 'stopped') throw result.reason;
    if (result.kind === 'failed')
      return [`the same up fails after it: ${result.failed.message}`, result.failed.message];
    const [first] = compareSchemas(after.schema, (await shadow.snapshot()).schema);
    if (first === undefined) return [null, 'applied again, to the same schema'];
    return [`the same up leads to another schema after it: ${first.text}`, first.text];
  });
}

async function undo(database: string, on: On, databases: RehearsalDatabases): Promise<MigrateResult> {
  const input = applyInput(database, on, databases);
  return await migrateDown({ ...input, count: databases.pending.length }, on.ports);
}

export function applyInput(database: string, { input }: On, databases: RehearsalDatabases): ApplyInput {
  const { server, role } = databases;
  const migrations = input.migrations as Migrations;
  return {
    ...migrations,
    set: withoutWaiting(migrations.set, databases),
    url: server.url(database, 'fairway', role),
    runId: input.runId,
    lockWaitMs: 0,
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
}
