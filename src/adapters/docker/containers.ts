import { EnvironmentError, FairwayError } from '../../errors.ts';
import type { Containers, OpenContainers } from '../../ports.ts';
import type { Environment } from '../node/paths.ts';
import { engineAddress } from './address.ts';
import { askingEngine } from './ask.ts';
import { dockerCommand, engineConnections } from './connections.ts';
import { containerBody } from './container-body.ts';
import { logLines } from './log-frames.ts';
import { readContainer, readContainers, readCreated, readEngine, readImage, readImages, readVolume } from './views.ts';

const missing = 404;
const unchanged = 304;
const conflict = 409;
const forbidden = 403;
const stopSlackMs = 20_000;

/** Engines by their HTTP API; each address is opened once. */
export function dockerContainers(env: Environment): OpenContainers {
  const command = dockerCommand(env);
  const opened = new Map<string | null, Containers>();
  return (host) => {
    const known = opened.get(host);
    if (known !== undefined) return known;
    const address = engineAddress(host);
    const containers = openEngine(askingEngine({ address, agent: engineConnections(address, command) }));
    opened.set(host, containers);
    return containers;
  };
}

function openEngine(ask: ReturnType<typeof askingEngine>): Containers {
  const orNull = async <T>(path: string, read: (body: Buffer) => T): Promise<T | null> => {
    const { status, body } = await ask({ method: 'GET', path, alsoFine: [missing] });
    return status === missing ? null : read(body);
  };
  const post = async (path: string, more: Partial<Parameters<typeof ask>[0]> = {}) =>
    await ask({ method: 'POST', path, ...more });

  return {
    engine: async () => readEngine((await ask({ method: 'GET', path: '/info' })).body),
    image: async (reference) => await orNull(`/images/${reference}/json`, readImage),
    images: async (labels) => readImages((await ask({ method: 'GET', path: `/images/json?${filter(labels)}` })).body),
    async tag(imageId, repository, tag) {
      await post(`/images/${imageId}/tag?repo=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`);
    },
    async untag(reference) {
      await ask({ method: 'DELETE', path: `/images/${reference}`, alsoFine: [missing, conflict] });
    },
    async pull(reference, timeoutMs) {
      const { status, body } = await post(`/images/create?fromImage=${encodeURIComponent(reference)}`, {
        timeoutMs,
        alsoFine: [missing],
      });
      const [, words] = /"(?:error|message)":"((?:[^"\\]|\\.)*)"/.exec(body.toString()) ?? [];
      if (status === missing || words !== undefined) {
        throw new EnvironmentError('IMAGE_MISSING', `${reference} could not be pulled: ${words ?? 'it is not there'}`, {
          hint: 'See that the registry has it and that the engine may read it.',
        });
      }
    },
    async create(spec) {
      return readCreated(
        (await post(`/containers/create?name=${encodeURIComponent(spec.name)}`, { body: containerBody(spec) })).body,
      ).Id;
    },
    async start(container) {
      await post(`/containers/${container}/start`, { alsoFine: [unchanged] }).catch((error: unknown) => {
        throw programMissing(error) ?? error;
      });
    },
    inspect: async (container) => await orNull(`/containers/${encodeURIComponent(container)}/json`, readContainer),
    list: async (labels) =>
      readContainers((await ask({ method: 'GET', path: `/containers/json?all=true&${filter(labels)}` })).body),
    async stop(container, graceMs) {
      const seconds = Math.ceil(graceMs / 1_000);
      await post(`/containers/${container}/stop?t=${seconds}`, {
        timeoutMs: graceMs + stopSlackMs,
        alsoFine: [unchanged, missing],
      });
    },
    async remove(container) {
      await ask({
        method: 'DELETE',
        path: `/containers/${container}?force=true&v=true`,
        alsoFine: [missing, conflict],
      });
    },
    async logs(container, lines) {
      const path = `/containers/${container}/logs?stdout=true&stderr=true&tail=${lines}`;
      return (await orNull(path, logLines)) ?? [];
    },
    async signal(container, signal) {
      await post(`/containers/${encodeURIComponent(container)}/kill?signal=${signal}`);
    },
    async setRestart(container, restart) {
      await post(`/containers/${encodeURIComponent(container)}/update`, { body: { RestartPolicy: { Name: restart } } });
    },
    volumePath: async (name) => await orNull(`/volumes/${encodeURIComponent(name)}`, readVolume),
    async ensureNetwork(name, labels) {
      if ((await orNull(`/networks/${encodeURIComponent(name)}`, () => true)) !== null) return;
      const body = { Name: name, CheckDuplicate: true, Driver: 'bridge', Labels: labels };
      await post('/networks/create', { body, alsoFine: [conflict] });
    },
    async removeNetwork(name) {
      await ask({
        method: 'DELETE',
        path: `/networks/${encodeURIComponent(name)}`,
        alsoFine: [missing, conflict, forbidden],
      });
    },
  };
}

function filter(labels: Readonly<Record<string, string | null>>): string {
  const label = Object.entries(labels).map(([name, value]) => (value === null ? name : `${name}=${value}`));
  return `filters=${encodeURIComponent(JSON.stringify({ label }))}`;
}

/** The engine tells it in the words of the program that starts programs. */
function programMissing(error: unknown): EnvironmentError | null {
  if (!(error instanceof FairwayError)) return null;
  const { words } = error.facts;
  if (typeof words !== 'string') return null;
  const [, program, reason] =
    /exec: \\?"?([^":\\]+)\\?"?: .*?(no such file or directory|executable file not found in \$PATH|permission denied|is a directory)/.exec(
      words,
    ) ?? [];
  if (program === undefined) return null;
  return new EnvironmentError(
    'TOOL_MISSING',
    `the image has no program "${program}" that could be started: ${reason}`,
    {
      hint: 'Correct the command of the process, or put the program into the image.',
      cause: error,
    },
  );
}
