import { ConfigError } from '../../../errors.ts';
import { releaseSecrets, rehearseChange } from '../../../stages/database.ts';
import { releaseSpec } from '../../../stages/release-spec.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openDatabase, openTarget, openWorkshop } from '../delivery.ts';
import { partial } from '../partial.ts';
import { openProject } from '../project.ts';
import { buildHead } from './build.ts';

/** Would a rollback of this commit work? Found out on a throw-away database; the target is only read. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const { config, scope } = project;
  const database = openDatabase(project);
  if (database === null) {
    throw new ConfigError('DATABASE_MISSING', 'The configuration has no database, so there is nothing to rehearse.', {
      hint: 'Add "database: { type: postgres }" to fairway.yml.',
    });
  }
  const workshop = { ...(await openWorkshop(project)), target: openTarget(project) };
  const status = await existingAgent(context, (agent) => statusOf(agent, scope));
  return await partial(async (known, onKnown) => {
    const { artifact, ...source } = await buildHead(context, project, workshop);
    const secrets = await releaseSecrets(config, workshop);
    const names = [...Object.keys(secrets), database.variable];
    const release = releaseSpec(config, { ...source, artifact: artifact.artifact, location: artifact.location }, names);
    const tell = (facts: Readonly<Record<string, unknown>>): void =>
      onKnown({ ...(facts['rehearsal'] as object | undefined) });
    const base = {
      config,
      scope,
      runId: context.runId,
      source,
      status,
      database,
      signal: context.signal,
      onKnown: tell,
    };
    const result = await rehearseChange({ ...base, release, secrets }, workshop);
    onKnown({ ...result });
    return {
      outcome: 'ok',
      code: 'REHEARSED',
      result: known,
      summary: [`rollback: ${result?.rollback ?? 'not rehearsed'}`, ...(result === null ? [] : [result.reason])],
    };
  });
};
