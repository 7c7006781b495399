import { z } from 'zod';
import type { ContainerView, EngineView, ImageView } from '../../ports.ts';

/** What the engine's API answers, as far as it is read; it says null where it means nothing. */

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

const engineSchema = z
  .object({ ServerVersion: z.string(), Architecture: z.string(), MemTotal: z.number(), NCPU: z.number() })
  .transform((info): EngineView => ({
    version: info.ServerVersion,
    architecture: architectures[info.Architecture] ?? info.Architecture,
    memoryBytes: info.MemTotal,
    cpus: info.NCPU,
  }));

/** As the kernel calls them -> as images do. */
const architectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' };

const imageSchema = z
  .object({
    Id: z.string(),
    Architecture: z.string(),
    Size: z.number(),
    RepoTags: texts,
    RepoDigests: texts,
    Config: z
      .object({
        Entrypoint: texts,
        Cmd: texts,
        Labels: labels,
        ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
        Healthcheck: z.object({ Test: texts }).nullish(),
      })
      .nullish(),
  })
  .transform((image): ImageView => {
    const test = image.Config?.Healthcheck?.Test ?? [];
    return {
      id: image.Id,
      architecture: image.Architecture,
      sizeBytes: image.Size,
      hasHealthCheck: test.length > 0 && test[0] !== 'NONE',
      entrypoint: image.Config?.Entrypoint ?? [],
      command: image.Config?.Cmd ?? [],
      ports: Object.keys(image.Config?.ExposedPorts ?? {})
        .filter((port) => port.endsWith('/tcp'))
        .map(Number.parseFloat),
      tags: image.RepoTags,
      registryDigests: image.RepoDigests,
      labels: image.Config?.Labels ?? {},
    };
  });

const containerSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Image: z.string(),
    Config: z.object({ Labels: labels }),
    HostConfig: z.object({ Memory: z.number().nullish() }),
    NetworkSettings: z.object({
      Networks: z.record(z.string(), z.object({ IPAddress: z.string().nullish() })).nullish(),
    }),
    State: z.object({
      Running: z.boolean(),
      Pid: z.number(),
      ExitCode: z.number(),
      OOMKilled: z.boolean(),
      Error: z.string(),
      Health: z
        .object({
          Status: z.string(),
          Log: z.array(z.object({ Output: z.string() })).nullish(),
        })
        .nullish(),
    }),
  })
  .transform((container): ContainerView => {
    const { State: state } = container;
    const health = state.Health?.Status;
    return {
      id: container.Id,
      name: container.Name.replace(/^\//, ''),
      imageId: container.Image,
      labels: container.Config.Labels,
      isRunning: state.Running,
      pid: state.Pid,
      exitCode: state.ExitCode,
      isOutOfMemory: state.OOMKilled,
      error: state.Error,
      health:
        health === 'starting' || health === 'healthy' || health === 'unhealthy'
          ? { status: health, output: state.Health?.Log?.at(-1)?.Output.trim() ?? '' }
          : null,
      addresses: Object.fromEntries(
        Object.entries(container.NetworkSettings.Networks ?? {}).flatMap(([name, { IPAddress }]) =>
          IPAddress ? [[name, IPAddress] as const] : [],
        ),
      ),
      memoryBytes: container.HostConfig.Memory || null,
    };
  });

const listSchema = z.array(
  z
    .object({ Id: z.string(), Names: texts })
    .transform(({ Id, Names }) => ({ id: Id, name: (Names[0] ?? '').replace(/^\//, '') })),
);
const imageListSchema = z.array(
  z.object({ Id: z.string(), RepoTags: texts }).transform(({ Id, RepoTags }) => ({
    id: Id,
    tags: RepoTags.filter((tag) => tag !== '<none>:<none>'),
  })),
);
const createdSchema = z.object({ Id: z.string() });
const volumeSchema = z.object({ Mountpoint: z.string() }).transform(({ Mountpoint }) => Mountpoint);

const reading =
  <T>(schema: z.ZodType<T>) =>
  (body: Buffer): T =>
    schema.parse(JSON.parse(body.toString()));

export const readEngine = reading(engineSchema);
export const readImage = reading(imageSchema);
export const readContainer = reading(containerSchema);
export const readContainers = reading(listSchema);
export const readImages = reading(imageListSchema);
export const readCreated = reading(createdSchema);
export const readVolume = reading(volumeSchema);
