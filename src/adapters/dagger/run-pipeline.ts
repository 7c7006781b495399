import { type Client, connect } from '@dagger.io/dagger';
import { imageArchive, imageFromDockerfile, withDescription } from '../../../pipelines/src/build.ts';
import { tested } from '../../../pipelines/src/test.ts';
import type { ExecFailure, PipelineMessage, PipelineRequest } from './messages.ts';

/** Longest message of an engine that is passed on: those about a Dockerfile begin with a huge id. */
const messageLength = 2_000;

/**
 * Run one pipeline on the engine that the SDK finds, and tell what happened.
 *
 * Meant for a process of its own: the SDK may throw past every `catch`, or never answer.
 */
export async function runPipeline(request: PipelineRequest, tell: (message: PipelineMessage) => void): Promise<void> {
  let isConnected = false;
  try {
    await connect(async (client) => {
      const version = await client.version();
      isConnected = true;
      tell({ type: 'connected', version });
      await perform(request, client);
    });
    tell({ type: 'done' });
  } catch (error) {
    tell(failureOf(error, isConnected));
  }
}

async function perform(request: PipelineRequest, client: Client): Promise<void> {
  switch (request.pipeline) {
    case 'probe':
      return;
    case 'build': {
      const source = client.host().directory(request.source, { noCache: true });
      const { dockerfile, args, labels } = request;
      const built = imageFromDockerfile(source, { dockerfile, args, target: '', platform: '', secrets: [] });
      await imageArchive(withDescription(built, labels)).export(request.archive);
      return;
    }
    case 'test': {
      const image = client.container().import_(client.host().file(request.archive, { noCache: true }));
      await tested(image, { commands: request.commands, env: request.env, services: {} }).sync();
    }
  }
}

/** What the SDK threw, told by its fields: its classes differ between its two packages. */
export function failureOf(error: unknown, isConnected: boolean): PipelineMessage {
  const chain = causesOf(error);
  const failed = chain.find(isExecFailure);
  if (failed !== undefined) {
    const { cmd, exitCode, stdout, stderr } = failed;
    return { type: 'exec-failed', failure: { cmd, exitCode, stdout, stderr } };
  }
  const message = tail(chain.map((one) => (one instanceof Error ? one.message : String(one))).join(': '));
  if (!isConnected) return { type: 'failed', phase: 'connecting', message };
  // The engine's own refusals carry the code of a GraphQL error, everything else is the way to it.
  const isRefusal = chain.some((one) => isRecord(one) && one['code'] === 'D100');
  return { type: 'failed', phase: isRefusal ? 'asked' : 'lost', message };
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
