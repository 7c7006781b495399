import { imageArtifact, imageId } from '../../domain/image/digest.ts';
import { imageLabels } from '../../domain/image/labels.ts';
import { sha256 } from '../../domain/artifact/sha256.ts';
import { EnvironmentError } from '../../errors.ts';
import type { StoreContext } from '../artifact-store.ts';
import type { DockerPorts } from '../docker.ts';
import type {
  BuildRequest,
  BuildResult,
  BuiltImage,
  CommandsRequest,
  Engine,
  FailedBuild,
  TestRequest,
  TestResult,
} from '../engine.ts';
import { outputFolder } from '../output-folder.ts';
import { runCommands } from '../run-commands.ts';
import { refuseUnreadable } from './build-failure.ts';
import { type NormalImages, normalImages, type NormalRules } from './normal-image.ts';
import { pushImage } from './registry.ts';
import { findReleased } from './released.ts';
import { contextRemark, dockerfileOf } from './sources.ts';

/** Every image of ours carries it. */
const builtLabel = 'fairway.built';

/** How an image is made and tested; where images are kept is the same for all who can. */
export interface ImageMaker {
  readonly name: string;
  /** Make the image of a folder with a Dockerfile and hand it to the target's engine; answers its digest there. */
  make(
    request: BuildRequest,
    place: { readonly source: string; readonly folder: string },
    normals: NormalImages,
    rules: NormalRules,
  ): Promise<string | FailedBuild>;
  test(request: TestRequest, environment: Readonly<Record<string, string>>): Promise<TestResult>;
}

/** Images of commits in the target's engine, whoever makes them. */
export function imageEngine(context: StoreContext, ports: DockerPorts, maker: ImageMaker): Engine {
  const { files, exec, containers } = ports;
  const mark = sha256(new TextEncoder().encode(context.stateDirectory)).slice(0, 8);
  const repository = `fairway/built-${mark}`;
  const normals = normalImages(`${context.stateDirectory}/images`, ports);

  const find = async (artifact: string): Promise<BuiltImage | null> => {
    const id = imageId(artifact);
    const image = id === null ? null : await containers.image(id);
    return image === null ? null : await built(image.id, image.sizeBytes);
  };

  const built = async (id: string, sizeBytes: number): Promise<BuiltImage> => ({
    artifact: imageArtifact(id),
    location: id,
    sizeBytes,
    normal: await normals.noteFor(id),
  });

  async function build(request: BuildRequest, folder: string): Promise<BuildResult> {
    const tree = `${folder}/tree`;
    await ports.repository.exportTree(request.commit, tree);
    const epoch = request.sourceDateEpoch;
    const env = { ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(epoch) }), ...environment(request) };
    const failed = await runCommands(request, tree, env, exec);
    if (failed !== null) return { kind: 'failed', command: failed };
    const source = await outputFolder(tree, request.output, files);
    const dockerfile = await dockerfileOf(source, request, files);
    const remark = await contextRemark(source, request.dockerfile, ports);
    if (remark !== null) request.onRemark?.(remark);
    const labels = { ...request.image?.labels, ...imageLabels(request), [builtLabel]: 'true' };
    const rules = { epochSeconds: request.sourceDateEpoch ?? 0, labels };
    const made = await maker.make(request, { source, folder }, normals, rules);
    if (typeof made !== 'string') {
      refuseUnreadable(made.command, dockerfile);
      return made;
    }
    const image = await containers.image(made);
    if (image === null) {
      throw new EnvironmentError('IMAGE_MISSING', `the engine took ${made}, but does not have it by that digest`, {
        hint: 'Engines with the containerd image store name images otherwise: use the classic store.',
      });
    }
    // Without a name it would be gone with the next clean-up of the engine.
    await containers.tag(image.id, repository, image.id.slice('sha256:'.length, 'sha256:'.length + 16));
    return { kind: 'built', artifact: await built(image.id, image.sizeBytes), dockerfile };
  }

  return {
    name: maker.name,
    async build(request) {
      await containers.engine();
      const folder = context.scratch('build');
      await files.makeDirectory(folder, 0o700);
      try {
        return await build(request, folder);
      } finally {
        await files.remove(folder);
      }
    },
    test: async (request) => await maker.test(request, environment(request)),
    find,
    findRelease: async (question) => await findReleased(question, context.scratch, ports),
    async publish(artifact, version) {
      const id = imageId(artifact);
      return id === null || ports.registry === null
        ? null
        : await pushImage(ports.registry, id, version, context.scratch, ports);
    },
    async verify(artifact) {
      if ((await find(artifact.artifact)) !== null) return;
      throw new EnvironmentError('ARTIFACT_CHANGED', `the engine does not have ${artifact.artifact} any more`, {
        hint: 'Build it again.',
      });
    },
    async prune(keep) {
      const kept = new Set(keep.map(imageId));
      const removed: string[] = [];
      for (const { id, tags } of await containers.images({ [builtLabel]: null })) {
        const own = tags.filter((tag) => tag.startsWith(`${repository}:`));
        if (own.length === 0 || kept.has(id)) continue;
        for (const tag of own) await containers.untag(tag);
        await normals.forgetNote(id);
        removed.push(imageArtifact(id));
      }
      return removed;
    },
  };
}

function environment({ env, version, commit }: CommandsRequest): Record<string, string> {
  return { ...env, FAIRWAY_VERSION: version, FAIRWAY_COMMIT: commit };
}
