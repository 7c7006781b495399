import { testArgv } from '../../domain/image/argv.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Argv, Exec } from '../../ports.ts';
import type { StoreContext } from '../artifact-store.ts';
import type { DockerPorts } from '../docker.ts';
import type { TestRequest, TestResult } from '../engine.ts';
import { runCommands } from '../run-commands.ts';
import { startServices } from './services.ts';

const removeTimeoutMs = 30_000;
const copyTimeoutMs = 60_000;

/** Run the commands of a test in containers of the image, with its services beside them, and bring its reports back. */
export async function runTests(
  request: TestRequest,
  environment: Readonly<Record<string, string>>,
  context: StoreContext,
  ports: DockerPorts,
): Promise<TestResult> {
  const { services = {}, artifact } = request;
  if (Object.keys(services).length === 0) return await inContainers(request, environment, null, context, ports);
  const started = await startServices(services, artifact.location, ports);
  try {
    const env = { ...started.variables, ...environment };
    return await inContainers(request, env, started.network, context, ports);
  } finally {
    await started.stop();
  }
}

async function inContainers(
  request: TestRequest,
  env: Readonly<Record<string, string>>,
  network: string | null,
  context: StoreContext,
  ports: DockerPorts,
): Promise<TestResult> {
  const { exec, docker } = ports;
  const name = `fairway-test-${ports.random(6)}`;
  const image = request.artifact.location;
  const reports: Record<string, string | null> = {};
  const wanted = request.reports ?? [];
  const root = wanted.length === 0 ? '/' : await workingFolder(image, ports);
  const inContainer: Exec = {
    run: async (command) => {
      const argv: Argv = [docker.program, ...testArgv({ name, image, argv: command.argv, env, network })];
      let refusal: string | null = null;
      const result = await exec.run({
        ...command,
        argv,
        env: docker.env,
        onLine(stream, line) {
          if (stream === 'stderr' && line.startsWith('docker: ')) refusal = line;
          command.onLine?.(stream, line);
        },
      });
      if (refusal !== null) refuseToStart(result.exitCode, command.argv[0], refusal);
      for (const path of wanted) {
        const text = await copied(`${name}:${root}/${path}`, context, ports);
        reports[path] = text ?? reports[path] ?? null;
      }
      await remove(name, ports);
      return result;
    },
  };
  try {
    const failed = await runCommands(request, context.stateDirectory, {}, inContainer);
    return failed === null ? { kind: 'passed', reports, root } : { kind: 'failed', command: failed, reports, root };
  } finally {
    // What was cut short still has it.
    await remove(name, ports);
  }
}

async function workingFolder(image: string, { exec, docker }: DockerPorts): Promise<string> {
  const argv: Argv = [docker.program, 'image', 'inspect', '--format', '{{.Config.WorkingDir}}', image];
  const { stdout } = await exec.run({ argv, env: docker.env, timeoutMs: copyTimeoutMs });
  return stdout.trim().replace(/\/$/, '');
}

async function copied(
  from: string,
  context: StoreContext,
  { exec, docker, files }: DockerPorts,
): Promise<string | null> {
  const folder = context.scratch('report');
  await files.makeDirectory(folder, 0o700);
  try {
    // Of a link it is the file that counts.
    const argv: Argv = [docker.program, 'cp', '--follow-link', from, `${folder}/report`];
    const { exitCode } = await exec.run({ argv, env: docker.env, timeoutMs: copyTimeoutMs });
    const isFile = exitCode === 0 && (await files.stat(`${folder}/report`))?.kind === 'file';
    return isFile ? await files.readText(`${folder}/report`) : null;
  } finally {
    await files.remove(folder);
  }
}

async function remove(name: string, { exec, docker }: DockerPorts): Promise<void> {
  const argv: Argv = [docker.program, 'rm', '--force', '--volumes', name];
  await exec.run({ argv, env: docker.env, timeoutMs: removeTimeoutMs }).catch(() => undefined);
}

/** `docker run` says by its exit code that it is not the command that failed. */
function refuseToStart(exitCode: number | null, program: string, words: string): void {
  if (exitCode === 126 || exitCode === 127) {
    throw new EnvironmentError(
      'TOOL_MISSING',
      `"${program}" could not be started in a container of the image: ${words}`,
      {
        hint: 'Tests run in the image that is deployed: what they need must be in it.',
      },
    );
  }
  if (exitCode === 125)
    throw new EnvironmentError('DOCKER_REFUSED', `no container of the image could be run: ${words}`);
}
