import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nodeFiles } from '../../../adapters/node/files.ts';
import { planResult } from '../../../domain/release/plan.ts';
import type { ReleasePlan } from '../../../domain/release/plan.ts';
import { ConfigError, GateFailed } from '../../../errors.ts';
import type { AnnouncePorts, PlanRequest } from '../../../stages/release.ts';
import { planRelease, prepareRelease, publishRelease, resumeRelease } from '../../../stages/release.ts';
import { verifyRelease } from '../../../stages/release/verify.ts';
import type { CommandBody, CommandContext, CommandResult } from '../command.ts';
import { forgeOf } from '../forge.ts';
import type { Released } from '../released.ts';
import { openReleased } from '../released.ts';

const verbs = ['plan', 'explain', 'prepare', 'publish', 'verify'] as const;

/** Decide, prepare, publish or verify a release; without a verb all of it, where nothing has to be deployed between. */
export const run: CommandBody = async (context) => {
  const [verb = 'all', version] = context.positionals;
  const released = await openReleased(context);
  if (verb === 'plan' || verb === 'explain') return await plan(context, released, verb);
  if (verb === 'prepare') return await prepare(context, released);
  if (verb === 'publish') return await publish(context, released, version);
  if (verb === 'verify') return await verify(context, released, version);
  if (verb === 'all') return await all(context, released);
  throw new ConfigError('COMMAND_LINE_INVALID', `fairway release ${verb} is not known.`, {
    hint: `Choose one of ${verbs.join(', ')}, or none.`,
  });
};

function request({ flags }: CommandContext, { branch }: Released, withRemote: boolean): PlanRequest {
  const version = flags['release-as'];
  return {
    branch,
    withRemote,
    level: flags['major'] === true ? 'major' : undefined,
    version: typeof version === 'string' ? version : undefined,
  };
}

function withChannel(released: Released, { flags }: CommandContext): Released['settings'] {
  const channel = flags['channel'];
  if (channel === 'stable') return { ...released.settings, channel: undefined };
  return channel === 'alpha' || channel === 'beta' || channel === 'rc'
    ? { ...released.settings, channel }
    : released.settings;
}

async function ports(context: CommandContext, released: Released): Promise<AnnouncePorts | null> {
  const forge = await forgeOf(context, released);
  return forge === null ? null : { forge, files: nodeFiles(), directory: released.directory };
}

/** A plan that somebody looked at before is only carried out when it is still the same. */
async function planned(context: CommandContext, released: Released, withRemote: boolean): Promise<ReleasePlan> {
  const made = await planRelease(
    withChannel(released, context),
    request(context, released, withRemote),
    released.repository,
  );
  const expected = context.flags['plan-digest'];
  if (expected === undefined || expected === made.planDigest) return made;
  throw new GateFailed('PLAN_STALE', `The plan is ${made.planDigest} now, and not ${String(expected)}.`, {
    hint: 'Commits, tags or settings changed since: look at fairway release plan again.',
  });
}

async function plan(context: CommandContext, released: Released, verb: string): Promise<CommandResult> {
  const made = await planned(context, released, false);
  const output = context.flags['output'];
  if (typeof output === 'string' && !context.dryRun) {
    await writeFile(resolve(context.directory, output), `${JSON.stringify(planResult(made), null, 2)}\n`);
  }
  const explained = made.decision.commits.map(
    ({ sha, header, level, rule, why }) => `${sha.slice(0, 7)} ${level.padEnd(5)} ${rule}: ${why}\n        ${header}`,
  );
  return {
    outcome: 'planned',
    code: codeOf(made),
    result: planResult(made),
    summary: [...(verb === 'explain' ? explained : []), ...summaryOf(made)],
  };
}

const codeOf = ({ kind }: ReleasePlan): string =>
  kind === 'release' ? 'RELEASE_PLANNED' : kind === 'released' ? 'ALREADY_RELEASED' : 'NOTHING_TO_RELEASE';

function summaryOf(made: ReleasePlan): readonly string[] {
  const { current, next, level, decision, notes, steps, planDigest } = made;
  if (next === null) {
    const state =
      made.kind === 'released' ? `HEAD is ${made.tag ?? ''}` : `nothing to release since ${current ?? 'the beginning'}`;
    return [`${state}.`, ...decision.remarks];
  }
  return [
    `${current ?? 'No release yet'} -> ${next} (${level}, line ${decision.line.name}, ${decision.commits.length} commits)`,
    '',
    ...notes.split('\n'),
    '',
    `Steps: ${steps.join(', ')}`,
    `Plan ${planDigest}`,
    ...decision.remarks,
  ];
}

async function prepare(context: CommandContext, released: Released): Promise<CommandResult> {
  const settings = withChannel(released, context);
  const made = await planned(context, released, !context.dryRun);
  if (context.dryRun)
    return { outcome: 'planned', code: codeOf(made), result: planResult(made), summary: summaryOf(made) };
  const prepared = await prepareRelease(made, settings, released.repository, await forgeOf(context, released));
  const { version, commit, parent, tag, remarks } = prepared;
  return {
    outcome: 'ok',
    code: tag === null ? 'NOTHING_TO_RELEASE' : 'RELEASE_PREPARED',
    result: { version, commit, parent, tag, remarks, planDigest: made.planDigest },
    summary: [tag === null ? `Nothing to release: ${version}` : `${version} is prepared as ${commit}`, ...remarks],
  };
}

async function publish(
  context: CommandContext,
  released: Released,
  version: string | undefined,
): Promise<CommandResult> {
  const settings = withChannel(released, context);
  const { repository, branch } = released;
  const prepared = await resumeRelease({ version, branch }, settings, repository);
  if (prepared === null || prepared.tag === null) {
    throw new GateFailed(
      'NOT_PREPARED',
      `No release ${version === undefined ? 'was prepared from HEAD' : `${version} was prepared`}.`,
      {
        hint: 'Run fairway release prepare first, then build and test the commit that it prints.',
      },
    );
  }
  if (context.dryRun) {
    return {
      outcome: 'planned',
      code: 'RELEASE_PLANNED',
      result: planResult(prepared.plan),
      summary: summaryOf(prepared.plan),
    };
  }
  return publishedResult(
    await publishRelease(prepared, settings, repository, await ports(context, released)),
    prepared.plan,
  );
}

function publishedResult(published: Awaited<ReturnType<typeof publishRelease>>, made: ReleasePlan): CommandResult {
  return {
    outcome: 'ok',
    code: 'RELEASED',
    result: { ...published, planDigest: made.planDigest },
    summary: [
      `${published.tag} is out on ${published.commit.slice(0, 10)}.${published.url === null ? '' : ` ${published.url}`}`,
      ...published.remarks,
    ],
  };
}

async function all(context: CommandContext, released: Released): Promise<CommandResult> {
  const settings = withChannel(released, context);
  const { repository, config } = released;
  const made = await planned(context, released, !context.dryRun);
  if (context.dryRun)
    return { outcome: 'planned', code: codeOf(made), result: planResult(made), summary: summaryOf(made) };
  if (made.kind === 'nothing')
    return { outcome: 'ok', code: codeOf(made), result: planResult(made), summary: summaryOf(made) };
  if (config?.target !== undefined && made.kind === 'release') {
    throw new GateFailed(
      'NOT_DEPLOYED',
      `${made.next ?? ''} would be released without a deploy, but the configuration has a target.`,
      {
        hint: 'fairway ship deploys and releases; fairway release publish VERSION publishes a release that was deployed.',
      },
    );
  }
  const announced = await ports(context, released);
  const prepared = await prepareRelease(made, settings, repository, announced?.forge ?? null);
  return publishedResult(await publishRelease(prepared, settings, repository, announced), prepared.plan);
}

async function verify(
  context: CommandContext,
  released: Released,
  version: string | undefined,
): Promise<CommandResult> {
  const { repository, settings } = released;
  const asked = version ?? (await planRelease(settings, { branch: released.branch }, repository)).current;
  if (asked === null)
    throw new GateFailed('RELEASE_UNKNOWN', 'There is no release yet.', { hint: 'Name a version to verify.' });
  const verified = await verifyRelease(asked, settings, repository, await forgeOf(context, released));
  const result = { ...verified };
  if (verified.wrong.length === 0)
    return { outcome: 'ok', code: 'RELEASE_VERIFIED', result, summary: verified.checked };
  const error = new GateFailed('RELEASE_INCOMPLETE', `${verified.tag}: ${verified.wrong.join(' ')}`, {
    hint: `fairway release publish ${verified.version} does what is missing.`,
  });
  return { error, result, summary: verified.checked };
}
