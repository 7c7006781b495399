/** Arguments of the docker command line, after its name. */

export interface ImageBuild {
  readonly commit: string;
  readonly version: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly sourceDateEpoch?: number;
  /** Tells our images from others. */
  readonly label: string;
  /** Gets the image's id. */
  readonly idFile: string;
  /** Folder that is sent to the builder. */
  readonly source: string;
}

/** Labels are those of the OCI image specification. */
export function buildArgv(build: ImageBuild): readonly string[] {
  const { commit, version, sourceDateEpoch } = build;
  const labels = {
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.version': version,
    ...(sourceDateEpoch === undefined
      ? {}
      : { 'org.opencontainers.image.created': new Date(sourceDateEpoch * 1_000).toISOString() }),
    [build.label]: 'true',
  };
  return [
    'build',
    ...pairs('--label', labels),
    ...pairs('--build-arg', build.args),
    '--file',
    `${build.source}/${build.dockerfile}`,
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
}

/** One command in a container that is gone afterwards. */
export function testArgv({ name, image, argv, env }: ContainerTest): readonly string[] {
  const [program, ...rest] = argv;
  return ['run', '--rm', '--name', name, ...pairs('--env', env), '--entrypoint', program, image, ...rest];
}

function pairs(flag: string, values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}
