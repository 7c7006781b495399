import { listeningPorts } from '../../domain/image/listening-ports.ts';
import { label } from '../../domain/image/names.ts';
import { formatBytes } from '../../domain/report/quantities.ts';
import type { ContainerView, Files } from '../../ports.ts';

const killed = 137;

/** What the engine knows about a container that ended or does not answer; null for nothing worth saying. */
export async function explainContainer(view: ContainerView | null, files: Files): Promise<string | null> {
  if (view === null) return 'its container was removed by somebody else';
  if (view.isRunning) return (await otherPort(view, files)) ?? unhealthy(view);
  if (view.isOutOfMemory) {
    const limit = view.memoryBytes === null ? 'all of the memory' : `its ${formatBytes(view.memoryBytes)} of memory`;
    return `it needed more than ${limit} and was killed (exit code ${view.exitCode})`;
  }
  if (view.exitCode === killed) return `it was killed with SIGKILL (exit code ${killed})`;
  return `it ended with exit code ${view.exitCode}${view.error === '' ? '' : `: ${view.error}`}`;
}

function unhealthy({ health }: ContainerView): string | null {
  if (health === null || health.status === 'healthy') return null;
  return `its health check says ${health.status}${health.output === '' ? '' : `: ${health.output}`}`;
}

/** Where the container has a network of its own, what listens there belongs to it; seen on Linux only. */
async function otherPort(view: ContainerView, files: Files): Promise<string | null> {
  const port = Number(view.labels[label.port] ?? '');
  if (port === 0) return null;
  const read = async (name: string): Promise<string> =>
    await files.readText(`/proc/${view.pid}/net/${name}`).catch(() => '');
  const found = listeningPorts(`${await read('tcp')}\n${await read('tcp6')}`);
  if (found.length === 0 || found.includes(port)) return null;
  return `it listens on ${found.join(', ')}, not on ${port}, which PORT tells it`;
}
