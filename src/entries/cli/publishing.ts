import { join } from 'node:path';
import { dockerLogin, type Login } from '../../adapters/registry/credentials.ts';
import { imageRegistry } from '../../adapters/registry/registry.ts';
import type { Builder } from '../../domain/image/provenance.ts';
import { registryPlace } from '../../domain/image/reference.ts';
import type { PublishPorts } from '../../stages/publish-artifact.ts';
import type { CommandContext } from './command.ts';
import type { Project } from './project.ts';

/** What publishing an artifact needs: the registry, who builds, and a place for documents. */
export function openPublishing({
  context,
  config,
  scope,
  world,
}: Project): Pick<PublishPorts, 'registry' | 'builder' | 'keepDocument'> {
  const { http, clock, exec, files, secrets } = world;
  const { registry } = config.build;
  const own = registry === undefined ? null : registryPlace(registry.repository).host;
  const login = async (host: string): Promise<Login | null> => {
    if (host === own && registry?.user !== undefined && registry.password !== undefined) {
      return { user: registry.user, password: await secrets.resolve(registry.password) };
    }
    return await dockerLogin(host, context.env, exec);
  };
  const directory = join(context.stateDirectory, 'documents', scope.app);
  return {
    registry: imageRegistry({ http, clock, login }),
    builder: builderOf(context),
    async keepDocument(name, content) {
      await files.makeDirectory(directory, 0o700);
      const path = join(directory, name);
      await files.writeAtomic(path, content);
      return path;
    },
  };
}

/** Who runs this, as far as the environment of a CI tells it; elsewhere a machine that nobody vouches for. */
function builderOf({ env, version }: Pick<CommandContext, 'env' | 'version'>): Builder {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_WORKFLOW_REF: workflow } = env;
  const run = env['GITHUB_RUN_ID'];
  if (server && repository && workflow && run) {
    return { id: `${server}/${workflow}`, invocation: `${server}/${repository}/actions/runs/${run}`, version };
  }
  const { CI_PROJECT_URL: project, CI_PIPELINE_URL: pipeline } = env;
  if (project) return { id: project, invocation: pipeline ?? null, version };
  return { id: 'urn:fairway:local', invocation: null, version };
}
