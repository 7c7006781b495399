import { ConfigError, InternalError } from '../errors.ts';
import type { Exec, Files, Repository } from '../ports.ts';
import type { StoreContext } from './artifact-store.ts';
import { openArtifactStore } from './artifact-store.ts';
import type { BuiltArtifact, BuiltDirectory, CommandsRequest, Engine, TestRequest } from './engine.ts';
import { outputFolder } from './output-folder.ts';
import { runCommands } from './run-commands.ts';

export interface HostPorts {
  readonly repository: Pick<Repository, 'exportTree'>;
  readonly files: Files;
  readonly exec: Exec;
}

/** Builds and tests as child processes on this host, in folders that are removed afterwards. */
export function hostEngine(context: StoreContext, { repository, files, exec }: HostPorts): Engine {
  const store = openArtifactStore(context, files);

  const inScratch = async <T>(purpose: string, work: (folder: string) => Promise<T>): Promise<T> => {
    const folder = context.scratch(purpose);
    await files.makeDirectory(folder, 0o700);
    try {
      return await work(folder);
    } finally {
      await files.remove(folder);
    }
  };

  return {
    name: 'host',
    build: async (request) =>
      await inScratch('build', async (folder) => {
        const tree = `${folder}/tree`;
        await repository.exportTree(request.commit, tree);
        const epoch = request.sourceDateEpoch;
        const env = { ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(epoch) }), ...environment(request) };
        const failed = await runCommands(request, tree, env, exec);
        if (failed !== null) return { kind: 'failed', command: failed };
        return { kind: 'built', artifact: await store.take(await outputFolder(tree, request.output, files)) };
      }),
    test: async (request) =>
      await inScratch('test', async (folder) => {
        refuseServices(request);
        const copy = `${folder}/tree`;
        await files.copyTree(directoryOf(request.artifact).location, copy);
        const failed = await runCommands(request, copy, environment(request), exec);
        const reports: Record<string, string | null> = {};
        for (const path of request.reports ?? []) {
          const isFile = (await files.stat(`${copy}/${path}`))?.kind === 'file';
          reports[path] = isFile ? await files.readText(`${copy}/${path}`) : null;
        }
        const read = { reports, root: copy };
        return failed === null ? { kind: 'passed', ...read } : { kind: 'failed', command: failed, ...read };
      }),
    find: async (artifact) => await store.find(artifact),
    findRelease: async ({ artifact }) => (artifact === null ? null : await store.find(artifact)),
    publish: async () => null,
    verify: async (artifact) => await store.verify(directoryOf(artifact)),
    prune: async (keep) => await store.prune(keep),
  };
}

function refuseServices({ services = {} }: TestRequest): void {
  const [name] = Object.keys(services);
  if (name === undefined) return;
  const message = `tests on the host are given no services, and test.services names "${name}"`;
  throw new ConfigError('SERVICES_UNFIT', message, {
    hint: 'Take the engine docker, or let the tests use servers of this machine.',
    problems: [{ path: `test.services.${name}`, message }],
  });
}

function directoryOf(artifact: BuiltArtifact): BuiltDirectory {
  if ('manifest' in artifact) return artifact;
  throw new InternalError('ENGINE_MIXED', `${artifact.artifact} is not a folder of this engine`);
}

function environment({ env, version, commit }: CommandsRequest): Record<string, string> {
  return { ...env, FAIRWAY_VERSION: version, FAIRWAY_COMMIT: commit };
}
