import type { Client, Container, Directory, File, ImageMediaTypes, Platform, Secret, Socket } from '@dagger.io/dagger';

export interface ImageBuild {
  /** Relative to the folder that is built. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile; empty for its last one. */
  readonly target: string;
  /** `linux/amd64`; empty for the engine's own. */
  readonly platform: string;
  /** Mounted at `/run/secrets/NAME` while it is built, never in a layer. */
  readonly secrets: readonly Secret[];
  readonly ssh?: Socket;
}

/** The image of a Dockerfile. */
export function imageFromDockerfile(source: Directory, build: ImageBuild): Container {
  return source.dockerBuild({
    dockerfile: build.dockerfile,
    buildArgs: Object.entries(build.args).map(([name, value]) => ({ name, value })),
    ...(build.target === '' ? {} : { target: build.target }),
    ...(build.platform === '' ? {} : { platform: build.platform as Platform }),
    ...(build.secrets.length === 0 ? {} : { secrets: [...build.secrets] }),
    ...(build.ssh === undefined ? {} : { ssh: build.ssh }),
  });
}

/** How an application without a Dockerfile becomes an image. */
export interface Recipe {
  readonly kind: 'node' | 'python' | 'plain';
  /** Pinned by digest. */
  readonly base: string;
  readonly start: readonly string[];
  /** User that the application runs as; never root. */
  readonly user: string;
  readonly port: number;
}

const folder = '/app';

/**
 * An image without a Dockerfile: dependencies first, so that a change of the code alone installs nothing again.
 *
 * `node` installs from `package-lock.json`, `python` from `uv.lock` (the base must have `uv`), `plain` nothing.
 */
export function imageFromRecipe(client: Client, source: Directory, recipe: Recipe): Container {
  const base = client.container().from(recipe.base).withWorkdir(folder);
  return withDependencies(client, base, source, recipe.kind)
    .withDirectory(folder, source, { exclude: ['.git', 'node_modules', '.venv'] })
    .withUser(recipe.user)
    .withExposedPort(recipe.port)
    .withEnvVariable('PORT', String(recipe.port))
    .withEntrypoint([])
    .withDefaultArgs([...recipe.start]);
}

function withDependencies(client: Client, base: Container, source: Directory, kind: Recipe['kind']): Container {
  const copied = (names: readonly string[]): Container =>
    names.reduce((container, name) => container.withFile(`${folder}/${name}`, source.file(name)), base);
  switch (kind) {
    case 'node':
      return copied(['package.json', 'package-lock.json'])
        .withMountedCache('/root/.npm', client.cacheVolume('fairway-npm'))
        .withExec(['npm', 'ci', '--omit=dev', '--no-audit', '--no-fund'])
        .withEnvVariable('NODE_ENV', 'production');
    case 'python':
      return copied(['pyproject.toml', 'uv.lock'])
        .withMountedCache('/root/.cache/uv', client.cacheVolume('fairway-uv'))
        .withExec(['uv', 'sync', '--frozen', '--no-dev', '--no-install-project']);
    case 'plain':
      return base;
  }
}

/** Labels for the image's configuration and the same as annotations for its manifest. */
export function withDescription(image: Container, labels: Readonly<Record<string, string>>): Container {
  return Object.entries(labels).reduce(
    (described, [name, value]) => described.withLabel(name, value).withAnnotation(name, value),
    image,
  );
}

/** One OCI archive with the image of each platform: the form that is normalised, scanned and pushed. */
export function imageArchive(image: Container, others: readonly Container[] = []): File {
  return image.asTarball({
    mediaTypes: 'OCIMediaTypes' as ImageMediaTypes,
    ...(others.length === 0 ? {} : { platformVariants: [...others] }),
  });
}

/**
 * The image, when it is for the platform that was asked for; empty for any.
 *
 * Engines of 0.21 keep their own platform for a Dockerfile that begins `FROM scratch`: seen on a real one.
 */
export async function forPlatform(image: Container, platform: string): Promise<Container> {
  if (platform === '') return image;
  const made = await image.platform();
  if (made.startsWith(platform) || platform.startsWith(made)) return image;
  throw new Error(
    `the image for ${platform} came out for ${made}: a Dockerfile that begins FROM scratch is built for the engine's own platform, so begin it with an image of that platform`,
  );
}

/** Push the image of each platform under one address; answers it with its digest. */
export async function published(
  client: Client,
  variants: readonly Container[],
  address: string,
  login: { readonly user: string; readonly password: Secret } | null,
): Promise<string> {
  const pushing =
    login === null ? client.container() : client.container().withRegistryAuth(address, login.user, login.password);
  return await pushing.publish(address, {
    platformVariants: [...variants],
    mediaTypes: 'OCIMediaTypes' as ImageMediaTypes,
  });
}
