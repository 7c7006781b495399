import type { PipelineMessage } from '../adapters/dagger/messages.ts';
import type { Pipeline } from '../domain/pipelines/pipeline.ts';

/**
 * The process that holds the Dagger SDK: one request on stdin, messages on stdout, one a line.
 *
 * Leads a process group of its own. Ends with all of it when stdin ends, because then nobody waits for it.
 */

/** The SDK rejects with a message of no use, and throws the real one from a callback right after. */
const secondThoughtMs = 200;
let isConnected = false;
let isOver = false;

function tell(message: PipelineMessage): void {
  if (isOver) return;
  if (message.type === 'failed' && message.phase === 'connecting') setTimeout(() => end(message), secondThoughtMs);
  else if (message.type === 'done' || message.type === 'exec-failed' || message.type === 'failed') end(message);
  else {
    isConnected = true;
    write(message);
  }
}

function end(message: PipelineMessage): void {
  if (!isOver) write(message);
  isOver = true;
}

function write(message: PipelineMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const message = (error instanceof Error ? error.message : String(error)).trim();
    end({ type: 'failed', phase: isConnected ? 'lost' : 'connecting', message });
  });
}

let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  const hadLine = text.includes('\n');
  text += chunk;
  if (!hadLine && text.includes('\n')) void start(JSON.parse(text.slice(0, text.indexOf('\n'))) as Pipeline);
});
process.stdin.on('end', () => process.kill(-process.pid, 'SIGKILL'));

async function start(request: Pipeline): Promise<void> {
  const { runPipeline } = await import('../adapters/dagger/run-pipeline.ts');
  await runPipeline(request, tell);
}
