import { type Client, connect, type Container, type Service } from '@dagger.io/dagger';
import { imageArchive, imageFromDockerfile } from '../../../pipelines/src/build.ts';
import { serviceOf, testedWhatever } from '../../../pipelines/src/test.ts';
import type { BuildPipeline, ExecFailure, Pipeline, TestPipeline } from '../../domain/pipelines/pipeline.ts';
import type { PipelineMessage } from './messages.ts';

type Tell = (message: PipelineMessage) => void;

/** Longest message of an engine that is passed on: those about a Dockerfile begin with a huge id. */
const messageLength = 2_000;

/**
 * Run one pipeline on the engine that the SDK finds, and tell what happened.
 *
 * Meant for a process of its own: the SDK may throw past every `catch`, or never answer.
 */
export async function runPipeline(request: Pipeline, tell: Tell): Promise<void> {
  let isConnected = false;
  try {
    await connect(async (client) => {
      const version = await client.version();
      isConnected = true;
      tell({ type: 'connected', version });
      await perform(request, client, tell);
    });
    tell({ type: 'done' });
  } catch (error) {
    tell(failureOf(error, isConnected));
  }
}

async function perform(request: Pipeline, client: Client, tell: Tell): Promise<void> {
  switch (request.pipeline) {
    case 'probe':
      return;
    case 'build':
      tell({ type: 'step', index: 0 });
      await imageArchive(built(request, client)).export(request.archive);
      return;
    case 'test':
      await test(request, client, tell);
  }
}

function built(request: BuildPipeline, client: Client): Container {
  const { dockerfile, args, target, platform, sshSocket } = request;
  const source = client.host().directory(request.source, { noCache: true, exclude: [...request.ignored] });
  // The Dockerfile mounts them by these names; a name of its own for each value would leave it without.
  const secrets = Object.entries(request.secrets).map(([name, value]) => client.setSecret(name, value));
  const ssh = sshSocket === null ? {} : { ssh: client.host().unixSocket(sshSocket) };
  return imageFromDockerfile(source, { dockerfile, args, target, platform, secrets, ...ssh });
}

/** Step by step: each has a deadline of its own, and what it wrote is told when it is over. */
async function test(request: TestPipeline, client: Client, tell: Tell): Promise<void> {
  const { commands, env, reports } = request;
  const image = client.container().import_(client.host().file(request.archive, { noCache: true }));
  const services = servicesOf(request, image, client);
  const root = reports.length === 0 ? '/' : await image.workdir();
  let ran = image;
  for (const [index, command] of commands.entries()) {
    tell({ type: 'step', index });
    ran = testedWhatever(ran, command, { env, services });
    const [exitCode, stdout, stderr] = [await ran.exitCode(), await ran.stdout(), await ran.stderr()];
    if (reports.length > 0) tell({ type: 'reports', reports: { root, texts: await readFrom(ran, root, reports) } });
    if (exitCode !== 0) {
      tell({ type: 'exec-failed', failure: { cmd: command, exitCode, stdout, stderr } });
      return;
    }
    for (const [stream, text] of [
      ['stdout', stdout],
      ['stderr', stderr],
    ] as const) {
      for (const line of linesOf(text)) tell({ type: 'line', stream, line });
    }
  }
}

function servicesOf({ services }: TestPipeline, image: Container, client: Client): Readonly<Record<string, Service>> {
  const bound: Record<string, Service> = {};
  for (const { name, image: from, argv, env, port } of services) {
    const base = from === null ? image : client.container().from(from);
    bound[name] = serviceOf(base, { argv, env, port, services: { ...bound } });
  }
  return bound;
}

/** A file that is not there is no failure: no command wrote it. */
async function readFrom(
  ran: Container,
  root: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, string | null>>> {
  const texts: Record<string, string | null> = {};
  for (const path of paths) {
    const file = `${root.replace(/\/$/, '')}/${path}`;
    texts[path] = (await ran.exists(file)) ? await ran.file(file).contents() : null;
  }
  return texts;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** What the SDK threw, told by its fields: its classes differ between its two packages. */
export function failureOf(error: unknown, isConnected: boolean): PipelineMessage {
  const chain = causesOf(error);
  const failed = chain.find(isExecFailure);
  if (failed !== undefined) {
    const { cmd, exitCode, stdout, stderr } = failed;
    return { type: 'exec-failed', failure: { cmd, exitCode, stdout, stderr } };
  }
  // The engine's own refusals carry the code of a GraphQL error, everything else is the way to it.
  const refusal = chain.find((one) => isRecord(one) && one['code'] === 'D100');
  // Below a refusal stands the whole request, with all that was in it.
  const told = [...new Set((refusal === undefined ? chain : [refusal]).map(wordsOf))];
  const message = tail(told.join(': '));
  if (!isConnected) return { type: 'failed', phase: 'connecting', message };
  return { type: 'failed', phase: refusal === undefined ? 'lost' : 'asked', message };
}

/** Without the number under which the engine keeps its own trace of it. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \[traceparent:[0-9a-f-]+\]/g, '');
}

function causesOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let one = error; one !== undefined && one !== null && chain.length < 8;) {
    chain.push(one);
    one = isRecord(one) ? one['cause'] : undefined;
  }
  return chain;
}

function isExecFailure(value: unknown): value is ExecFailure {
  return isRecord(value) && typeof value['exitCode'] === 'number' && Array.isArray(value['cmd']);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function tail(text: string): string {
  return text.length <= messageLength ? text : `...${text.slice(-messageLength)}`;
}
