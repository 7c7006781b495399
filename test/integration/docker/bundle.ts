import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../../scripts/build.ts';

export interface Bundle {
  /** The command line, as users have it. */
  readonly cli: string;
  close(): Promise<void>;
}

/** Our bundle, built now: what an agent in a container is made of. `more` makes its agent another one. */
export async function openBundle(more = ''): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-bundle-'));
  await build(join(directory, 'dist'));
  await appendFile(join(directory, 'dist/agent.js'), more);
  return {
    cli: join(directory, 'dist/cli.js'),
    close: async () => await rm(directory, { recursive: true, force: true }),
  };
}
