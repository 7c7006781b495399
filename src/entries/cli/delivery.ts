import { openRepository } from '../../adapters/git/repository.ts';
import type { AppStatus } from '../../domain/rollout/messages.ts';
import { ConfigError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import type { DatabaseInput } from '../../stages/database.ts';
import type { Delivery, DeliveryPorts } from '../../stages/deliver.ts';
import type { PublishPorts } from '../../stages/publish-artifact.ts';
import { targets } from '../../targets/index.ts';
import type { Target } from '../../targets/target.ts';
import { statusOf, underLock } from './agent.ts';
import { containedProxy, hostsOf } from './berths.ts';
import { buildingAt, distribution, isElsewhere, judgedOn } from './distribution.ts';
import { openEngine } from './engine.ts';
import { databaseContext, databasePlugin, environmentDatabase, type Project } from './project.ts';
import { openPublishing } from './publishing.ts';
import { openScans } from './scanner.ts';
import { sweep } from './world.ts';

/** The repository that the project lies in, and the engine that builds it; what a killed command left is ended first. */
export async function openWorkshop(project: Project, elsewhere: readonly (string | null)[] = []) {
  const { directory, world, context } = project;
  await sweep(context);
  const repository = await openRepository(directory, context.env);
  const engine = await openEngine(project, repository, elsewhere);
  return {
    ...world,
    ...openScans(project),
    ...openPublishing(project),
    repository,
    engine,
    scratch: world.orphans.scratch,
  };
}

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

export function openTarget({ config, world }: Project): Target {
  const plugin = targets.find(({ type }) => type === config.target?.type);
  if (plugin === undefined || config.target === undefined) {
    throw new ConfigError('TARGET_MISSING', 'The configuration has no target, so nothing can be deployed.', {
      hint: 'Add "target: { type: process }" and "proxy: { type: embedded }" to fairway.yml, or to the environment.',
    });
  }
  return plugin.create(config.target, world);
}

export function openDatabase(project: Project): DatabaseInput | null {
  const plugin = databasePlugin(project);
  const environment = environmentDatabase(project);
  const { database } = project.config;
  if (plugin === null || environment === null || database === undefined) return null;
  return { plugin, config: database, context: databaseContext(project), variable: database.variable, environment };
}

function textFlag({ flags }: Project['context'], name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value.replace(/^v(?=\d)/, '') : undefined;
}

/**
 * What runs as processes beside a command of the Dagger module would end with the container of that very call.
 *
 * Throws ConfigError `TARGET_SHORT_LIVED`.
 */
function refuseShortLivedHost({ context, config }: Project): void {
  const isCall = (context.env['FAIRWAY_DAGGER_CALL'] ?? '') !== '' && ['deploy', 'ship'].includes(context.command);
  if (!isCall || config.target?.type !== 'process') return;
  throw new ConfigError(
    'TARGET_SHORT_LIVED',
    'a target of type process is this host, which is the container of one Dagger call and ends with it',
    { hint: 'Deploy to a target that is reached from there, or run fairway on the host itself; --dry-run works here.' },
  );
}

type Base = Omit<Delivery, 'source'>;

/** Everything that a delivery needs, under the lock of the environment. */
export async function delivering<T>(
  project: Project,
  onKnown: Delivery['onKnown'],
  run: (base: Base, ports: DeliveryPorts & PublishPorts & { readonly repository: Repository }) => Promise<T>,
  elsewhere: readonly (string | null)[] = [],
): Promise<T> {
  const { context, scope } = project;
  const hosts = hostsOf(project);
  if (hosts === null) refuseShortLivedHost(project);
  const shop = hosts === null ? project : buildingAt(project, hosts);
  const workshop = await openWorkshop(shop, elsewhere);
  const target = hosts === null ? openTarget(shop) : judgedOn(hosts, shop);
  const config = hosts === null ? project.config : { ...project.config, proxy: await containedProxy(project, hosts) };
  return await underLock(project, async (agent, lock) => {
    const status: AppStatus | null = await statusOf(agent, scope);
    const base: Base = {
      config,
      scope,
      runId: context.runId,
      status,
      database: openDatabase(project),
      acceptImpossible: textFlag(context, 'accept-impossible'),
      signal: context.signal,
      onKnown,
      isElsewhere: hosts !== null && hosts.some(isElsewhere),
    };
    const result = await run(base, { ...workshop, agent, lock, target, ...distribution(shop, hosts, workshop.engine) });
    const { apps } = await agent.request({ type: 'status' });
    await workshop.engine.prune(apps.flatMap(({ releases }) => releases.map(({ artifact }) => artifact)));
    return result;
  });
}
