import { z } from 'zod';
import type { Files } from '../ports.ts';
import { releaseFiles } from './process/paths.ts';
import { prepareRelease } from './process/prepare.ts';
import { startProcess } from './process/start.ts';
import type { Instance, TargetPlugin } from './target.ts';

const schema = z.strictObject({ type: z.literal('process') });

/** Lines are rarely longer; of those that are, fewer are shown. */
const bytesPerLine = 1_024;
const mostBytes = 4 * 1024 * 1024;

/** Releases as processes of this user on the loopback interface: for local use and rehearsals. */
export const processTarget: TargetPlugin<typeof schema> = {
  type: 'process',
  schema,
  artifact: 'directory',
  create: (_config, ports) => ({
    prepare: async (release, context) => await prepareRelease(release, context, ports.files),
    start: async (release, process, secrets, context) => await startProcess(release, process, secrets, context, ports),
    isRunning: async ({ handle }) => 'pid' in handle && ports.daemons.isAlive(handle),
    stop: async ({ handle }, graceMs) => {
      if ('pid' in handle) await ports.daemons.stop(handle, graceMs);
    },
    logs: async (instance, lines) => await lastLines(instance, lines, ports.files),
    discard: async (releaseId, context) => await ports.files.remove(releaseFiles(context, releaseId).folder),
  }),
};

async function lastLines({ logFile }: Instance, lines: number, files: Files): Promise<readonly string[]> {
  if (logFile === null) return [];
  const bytes = Math.min(lines * bytesPerLine, mostBytes);
  const text = await files.readTail(logFile, bytes);
  const found = text.split('\n');
  // The tail began somewhere in a line.
  if (text.length >= bytes && found.length > 1) found.shift();
  if (found.at(-1) === '') found.pop();
  return found.slice(-lines);
}
