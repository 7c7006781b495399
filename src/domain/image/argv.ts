/** Arguments of the docker command line, after its name. */

export interface ImageBuild {
  /** Where it lies, with its whole path. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string | null;
  readonly platform?: string | null;
  /** Files by the ids that the Dockerfile mounts them with. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly ssh?: boolean;
  /** Gets the image's id. */
  readonly idFile: string;
  /** Folder that is sent to the builder. */
  readonly source: string;
}

/** Without labels: they are given to what was built, so that the builder's cache serves every commit. */
export function buildArgv(build: ImageBuild): readonly string[] {
  return [
    'build',
    ...pairs('--build-arg', build.args),
    ...(build.target == null ? [] : ['--target', build.target]),
    ...(build.platform == null ? [] : ['--platform', build.platform]),
    ...Object.entries(build.secrets ?? {}).flatMap(([id, file]) => ['--secret', `id=${id},src=${file}`]),
    ...(build.ssh === true ? ['--ssh', 'default'] : []),
    '--file',
    build.dockerfile,
    '--iidfile',
    build.idFile,
    build.source,
  ];
}

export interface ContainerTest {
  readonly name: string;
  readonly image: string;
  readonly argv: readonly [string, ...string[]];
  /** Plain: secrets have no place in a test of an image. */
  readonly env: Readonly<Record<string, string>>;
  /** Null for the engine's default one. */
  readonly network: string | null;
}

/** One command in a container, which is kept until its reports are fetched. */
export function testArgv({ name, image, argv, env, network }: ContainerTest): readonly string[] {
  const [program, ...rest] = argv;
  const where = network === null ? [] : ['--network', network];
  return ['run', '--name', name, ...where, ...pairs('--env', env), '--entrypoint', program, image, ...rest];
}

function pairs(flag: string, values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}
