import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { nodeExec } from '../../../../src/adapters/node/exec.ts';
import { nodeOrphans } from '../../../../src/adapters/node/orphans.ts';
import type { Mask } from '../../../../src/domain/secrets/mask.ts';
import { createMask } from '../../../../src/domain/secrets/mask.ts';
import type { Exec } from '../../../../src/ports.ts';

export interface Workshop {
  /** A folder of this test alone, with a space in its name. */
  folder: string;
  stateDirectory: string;
  mask: Mask;
  exec: Exec;
  path(name: string): string;
  /** Write an executable file and answer its path. */
  program(name: string, text: string): Promise<string>;
}

/** A fresh folder, mask and exec for each test, and nothing of them afterwards. */
export function useWorkshop(env: Readonly<Record<string, string | undefined>> = process.env): Workshop {
  const workshop = {} as Workshop;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairway test '));
    const path = (name: string): string => join(folder, name);
    const mask = createMask();
    const stateDirectory = path('state');
    Object.assign(workshop, {
      folder,
      stateDirectory,
      mask,
      path,
      exec: nodeExec({ env, mask, orphans: nodeOrphans(stateDirectory), graceMs: 500 }),
      async program(name: string, text: string) {
        await writeFile(path(name), text);
        await chmod(path(name), 0o755);
        return path(name);
      },
    });
  });
  afterEach(async () => await rm(workshop.folder, { recursive: true, force: true }));
  return workshop;
}
