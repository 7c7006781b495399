import type { EphemeralServer } from '../databases/database.ts';
import { type Evidence, migrationsChecksum, schemaChecksum } from '../domain/migration/evidence.ts';
import { count } from '../domain/report/quantities.ts';
import { Interrupted } from '../errors.ts';
import type { AppliedNow } from './migrate/input.ts';
import type { Perform } from './migrate/perform.ts';
import { applyPending, prepareDatabases } from './rehearse/databases.ts';
import type { RehearsalInput, RehearsalPorts, RehearsalResult } from './rehearse/input.ts';
import { startNew } from './rehearse/new-release.ts';
import { oldAgain, type OldRelease, startOld } from './rehearse/old-release.ts';
import { impossibleByReplay, replayOnShadow } from './rehearse/on-shadow.ts';
import type { Play, Verdict } from './rehearse/play.ts';
import { proveContract } from './rehearse/prove-contract.ts';
import { proveDown } from './rehearse/prove-down.ts';
import type { RunningRelease } from './rehearse/running-release.ts';
import { makeScratch } from './rehearse/scratch.ts';
import { makeShadow } from './rehearse/shadow.ts';
import { stepLog } from './rehearse/step-log.ts';
import { watchSent } from './rehearse/watch-sent.ts';
import { predicted, watching } from './rehearse/watched.ts';

export { refuseImpossible } from './rehearse/refuse.ts';

/**
 * Try the change on a server that is thrown away: does the old release survive the new schema and what the new
 * release writes, so that traffic can go back to it?
 *
 * Throws GateFailed when the change itself is broken (`MIGRATION_FAILED`, `REHEARSAL_SMOKE_FAILED`,
 * `RELEASE_NOT_READY`, `RELEASE_EXITED`, problems of the migrations); a rollback that is impossible is a result.
 * Whatever happens, nothing of it runs afterwards.
 */
export async function rehearse(input: RehearsalInput, ports: RehearsalPorts): Promise<RehearsalResult> {
  const { plugin, config, context } = input.database;
  const scratch = await makeScratch(context.stateDirectory, ports);
  const running: RunningRelease[] = [];
  const log = stepLog(input, ports);
  let server: EphemeralServer | null = null;
  try {
    const made = await (input.database.server?.() ?? plugin.ephemeral(config, context, ports));
    server = made;
    const databases = await log.step('base', async () => {
      const prepared = await prepareDatabases(made, input, ports);
      const applied = count(input.applied.length, 'migration');
      return [prepared, `${applied} that the target has, on ${plugin.type} ${made.version}`];
    });
    return await follow({ input, ports, scratch, running, log, databases });
  } catch (error) {
    if (input.signal?.aborted === true && !(error instanceof Interrupted)) {
      throw new Interrupted('INTERRUPTED', 'a signal ended the rehearsal', { cause: error });
    }
    throw error;
  } finally {
    await Promise.allSettled(running.map(async (release) => await release.stop()));
    await server?.stop();
    await scratch.remove();
  }
}

/** The steps in their order; the first verdict ends them. */
async function follow(play: Play): Promise<RehearsalResult> {
  const { databases, input, log, ports } = play;
  const old = input.oldRelease === null ? null : await startOld(input.oldRelease, play);
  const shadow = old === null ? null : await makeShadow(databases, input, ports);
  const watch = watching(databases, input, ports);
  const isByProgram = databases.pending.some(({ up }) => up.isProgram === true);
  // No release runs on the shadow: what is done there waits for nothing that is done on the stage.
  const [onStage, onShadow] = await Promise.allSettled([
    stageUp(old, shadow === null ? watch.perform : undefined, play),
    old === null || shadow === null ? null : replayOnShadow(shadow, old, play, watch.perform),
  ]);
  if (onStage.status === 'rejected') throw onStage.reason;
  const { migrations, broken, release } = onStage.value;
  const evidence = await evidenceOf(play);
  const end = async (verdict: Verdict): Promise<RehearsalResult> => ({
    evidence,
    ...nothingBroken,
    migrations,
    statements: await predicted(
      isByProgram ? await watchSent(databases, input, ports) : watch.seen(),
      databases,
      input,
      ports,
    ),
    steps: log.steps(),
    server: databases.server.version,
    ...verdict,
  });
  if (broken !== null) return await end(broken);
  if (onShadow.status === 'rejected') throw onShadow.reason;
  const refused = onShadow.value?.refused ?? null;
  if (old !== null && refused !== null) return await end(await impossibleByReplay(refused, old, play));
  const running = await release();
  if (old === null)
    return await end({ rollback: 'first', reason: 'nothing serves yet: there is nothing to go back to' });
  const verdict = await withNew(running, old, onShadow.value?.seen ?? null, play);
  if (verdict.rollback === 'impossible' || databases.waiting.length === 0) return await end(verdict);
  const expandedSchema = await proveContract(play, watch.perform);
  return { ...(await end(verdict)), evidence: { ...evidence, expandedSchema } };
}

interface OnStage {
  readonly migrations: readonly AppliedNow[];
  /** Why the old release does not live on the new schema. */
  readonly broken: Verdict | null;
  /** The new release once it passed; throws what was wrong with it. */
  readonly release: () => Promise<RunningRelease>;
}

/** Migrate the database that the releases use, ask the old one again, and start the new one. */
async function stageUp(old: OldRelease | null, perform: Perform | undefined, play: Play): Promise<OnStage> {
  const { databases, input, log, ports } = play;
  const migrations = await log.step('up', async () => {
    const applied = await applyPending(databases, input, ports, perform);
    const told = applied.length === 0 ? 'no migration is pending' : `${count(applied.length, 'migration')} applied`;
    return [applied, told];
  });
  const broken = old === null ? null : await oldAgain('old-on-new-schema', old, play);
  const started = broken === null ? startNew(play) : Promise.reject(new Error('the old release is broken'));
  // What is wrong with the new release is told after what the shadow says of the old one.
  await started.catch(() => undefined);
  return { migrations, broken, release: async () => await started };
}

async function withNew(
  release: RunningRelease,
  old: OldRelease,
  seen: Parameters<typeof proveDown>[2],
  play: Play,
): Promise<Verdict> {
  const broken = await oldAgain('old-after-new', old, play);
  if (broken !== null) return broken;
  // The new release does not know the schema that a down leads back to.
  await release.stop();
  return await proveDown(play, play.databases, seen, async () => await oldAgain('old-after-down', old, play));
}

async function evidenceOf(play: Play): Promise<Evidence> {
  const { databases, input } = play;
  const { baseSchema, server } = databases;
  return {
    oldArtifact: input.oldRelease?.spec.artifact ?? null,
    newArtifact: input.newRelease.spec.artifact,
    migrations: await migrationsChecksum(input.migrations?.set.migrations ?? []),
    baseSchema: baseSchema === null ? null : await schemaChecksum(baseSchema),
    waiting: databases.waiting.map(({ version }) => version),
    server: `${input.database.plugin.type} ${Number.parseInt(server.version, 10)}`,
  };
}

const nothingBroken = {
  step: null,
  broken: null,
  query: null,
  sqlState: null,
  guilty: null,
  advice: null,
  failedCheck: null,
  problems: [],
  differences: null,
} as const;
