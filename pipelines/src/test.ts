import type { Container, Directory, ReturnType, Service } from '@dagger.io/dagger';

export interface TestRun {
  /** Each is an argument list; run one after another, the first that fails ends it. */
  readonly commands: readonly (readonly string[])[];
  readonly env: Readonly<Record<string, string>>;
  /** By the host name under which the tests find them. */
  readonly services: Readonly<Record<string, Service>>;
}

/** What was built, after its tests ran in it. */
export function tested(image: Container, run: TestRun): Container {
  return run.commands.reduce((container, command) => container.withExec([...command]), prepared(image, run));
}

/** The same for one command whose reports are wanted however it ended; its exit code is the container's. */
export function testedWhatever(
  image: Container,
  command: readonly string[],
  run: Omit<TestRun, 'commands'>,
): Container {
  return prepared(image, run).withExec([...command], { expect: 'ANY' as ReturnType });
}

/** The reports that tests wrote into a folder. */
export function reportsOf(container: Container, folder: string): Directory {
  return container.directory(folder);
}

/** A server that tests find beside them; without a program of its own as its image starts it. */
export function serviceOf(
  image: Container,
  { argv, port, ...run }: { readonly argv: readonly string[]; readonly port: number } & Omit<TestRun, 'commands'>,
): Service {
  const server = prepared(image, run).withExposedPort(port);
  return argv.length === 0
    ? server.asService({ useEntrypoint: true })
    : server.withEntrypoint([]).asService({ args: [...argv] });
}

/** What was built as a server of its own. */
export function applicationOf(image: Container, port: number): Service {
  return serviceOf(image, { argv: [], port, env: { PORT: String(port) }, services: {} });
}

function prepared(image: Container, run: Omit<TestRun, 'commands'>): Container {
  const bound = Object.entries(run.services).reduce(
    (container, [name, service]) => container.withServiceBinding(name, service),
    image,
  );
  return Object.entries(run.env).reduce((container, [name, value]) => container.withEnvVariable(name, value), bound);
}
