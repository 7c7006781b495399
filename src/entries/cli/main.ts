import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from '../../adapters/node/paths.ts';
import { FairwayError } from '../../errors.ts';
import { parseArguments } from './arguments.ts';
import { commandHelp, generalHelp } from './help.ts';
import { ownVersion } from './version.ts';

/** The command line of this process, to its exit. What a version or a help page does not need is loaded later. */
export async function main(): Promise<void> {
  // Who reads us may stop reading: that ends nothing.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const code = await exitCodeFor(process.argv.slice(2));
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(code);
}

async function exitCodeFor(argv: readonly string[]): Promise<number> {
  try {
    const invocation = parseArguments(argv);
    if (invocation.kind === 'run') {
      // What the last run compiled is not compiled again; where nothing can be kept, nothing is.
      enableCompileCache(join(cacheDirectory(process.env), 'compiled'));
      const { runSession } = await import('./session.ts');
      return await runSession(invocation);
    }
    process.stdout.write(textFor(invocation));
    return 0;
  } catch (error) {
    if (!(error instanceof FairwayError)) throw error;
    const { refuse } = await import('./session.ts');
    return refuse(argv, error);
  }
}

function textFor(invocation: Exclude<ReturnType<typeof parseArguments>, { readonly kind: 'run' }>): string {
  if (invocation.kind === 'version') return `${ownVersion()}\n`;
  return invocation.command === null ? generalHelp() : commandHelp(invocation.command);
}

/** What was written has left us, or nobody takes it within two seconds. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  await Promise.race([
    new Promise<void>((resolve) => stream.write('', () => resolve())),
    new Promise<void>((resolve) => setTimeout(resolve, 2_000)),
  ]);
}
