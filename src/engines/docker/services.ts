import {
  inTurns,
  servicePlan,
  type ServicePlan,
  type ServiceSpec,
  serviceVariables,
} from '../../domain/tests/services.ts';
import { formatDuration } from '../../domain/report/quantities.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Argv, CommandResult } from '../../ports.ts';
import type { DockerPorts } from '../docker.ts';

export interface Services {
  /** Where the tests must be to reach them by name. */
  readonly network: string;
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

type ServicePorts = Pick<DockerPorts, 'exec' | 'docker' | 'random' | 'http' | 'clock' | 'containers'>;

const commandTimeoutMs = 60_000;
const pullTimeoutMs = 600_000;
const probeTimeoutMs = 10_000;
const pauseMs = 250;
const shownLines = 10;

/**
 * Start the services of a test in a network of their own and wait until each answers.
 *
 * Throws EnvironmentError `SERVICE_NOT_STARTED`, `SERVICE_EXITED`, `SERVICE_NOT_READY`; nothing of them is left then.
 */
export async function startServices(
  services: Readonly<Record<string, ServiceSpec>>,
  image: string,
  ports: ServicePorts,
): Promise<Services> {
  const network = `fairway-test-${ports.random(6)}`;
  const containers: string[] = [];
  const variables: Record<string, string> = {};
  const stop = async (): Promise<void> => {
    if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers], ports);
    await docker(['network', 'rm', network], ports);
  };
  try {
    await must(['network', 'create', network], `the network of the services could not be made`, ports);
    for (const together of inTurns(services)) {
      const begun = together.map(([name, spec]) => {
        const password = ports.random(12);
        const container = `${network}-${name}`;
        containers.push(container);
        return { name, spec, password, container, plan: servicePlan(spec, image, password, variables) };
      });
      const starts = begun.map(async ({ name, spec, container, plan }) => {
        await run(container, name, network, plan, ports);
        await ready(container, name, plan, spec.timeout, ports);
      });
      // Who is still starting would otherwise be there after the clean-up.
      const failed = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      for (const { name, spec, password } of begun) Object.assign(variables, serviceVariables(name, spec, password));
    }
    return { network, variables, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function run(
  container: string,
  name: string,
  network: string,
  plan: ServicePlan,
  ports: ServicePorts,
): Promise<void> {
  const publish = plan.probe.kind === 'http' ? ['--publish', `127.0.0.1::${plan.probe.port}`] : [];
  const [program, ...rest] = plan.argv;
  const start = program === undefined ? [plan.image] : ['--entrypoint', program, plan.image, ...rest];
  // By name only: their values are in the environment of the command line, not in its arguments.
  const names = Object.keys(plan.env).flatMap((variable) => ['--env', variable]);
  const argv = [
    'run',
    '--detach',
    '--name',
    container,
    '--network',
    network,
    '--network-alias',
    name,
    ...publish,
    ...names,
    ...start,
  ];
  await must(argv, `the service "${name}" could not be started`, ports, plan.env);
}

async function ready(
  container: string,
  name: string,
  plan: ServicePlan,
  timeoutMs: number,
  ports: ServicePorts,
): Promise<void> {
  const { clock } = ports;
  const end = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const view = await ports.containers.inspect(container);
    if (view?.isRunning !== true) {
      throw new EnvironmentError(
        'SERVICE_EXITED',
        `the service "${name}" ended with ${view?.exitCode ?? '?'} before it was ready${await said(container, ports)}`,
        {
          hint: `See what it needs: test.services.${name}.env.`,
        },
      );
    }
    if (await answers(container, plan, ports)) return;
    if (clock.monotonicMs() >= end) {
      throw new EnvironmentError(
        'SERVICE_NOT_READY',
        `the service "${name}" did not answer within ${formatDuration(timeoutMs)}${await said(container, ports)}`,
        {
          hint: `Give it more time: test.services.${name}.timeout.`,
        },
      );
    }
    await clock.sleep(pauseMs);
  }
}

async function answers(container: string, { probe }: ServicePlan, ports: ServicePorts): Promise<boolean> {
  if (probe.kind === 'command') {
    const { exitCode, ended } = await docker(['exec', container, ...probe.argv], ports, {}, probeTimeoutMs);
    return ended === 'exited' && exitCode === 0;
  }
  const { stdout } = await docker(['port', container, `${probe.port}/tcp`], ports);
  const [, port] = /^127\.0\.0\.1:(\d+)$/m.exec(stdout) ?? [];
  if (port === undefined) return false;
  const url = `http://127.0.0.1:${port}${probe.path}`;
  const answer = await ports.http.request({ method: 'GET', url, timeoutMs: probeTimeoutMs }).catch(() => null);
  return answer !== null && answer.status >= 200 && answer.status < 300;
}

async function said(container: string, { containers }: ServicePorts): Promise<string> {
  const lines = await containers.logs(container, shownLines).catch(() => []);
  return lines.map((line) => `\n  | ${line}`).join('');
}

async function must(
  args: readonly string[],
  what: string,
  ports: ServicePorts,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { exitCode, stderr } = await docker(args, ports, env, pullTimeoutMs);
  if (exitCode === 0) return;
  throw new EnvironmentError('SERVICE_NOT_STARTED', `${what}: ${stderr.trim().split('\n').at(-1) ?? ''}`, {
    hint: 'See that the engine has its image, or can fetch it.',
  });
}

async function docker(
  args: readonly string[],
  { exec, docker: tool }: ServicePorts,
  env: Readonly<Record<string, string>> = {},
  timeoutMs = commandTimeoutMs,
): Promise<CommandResult> {
  const argv = [tool.program, ...args] as unknown as Argv;
  return await exec.run({ argv, env: { ...tool.env, ...env }, timeoutMs });
}
