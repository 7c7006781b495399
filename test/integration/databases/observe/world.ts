import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseContext } from '../../../../src/databases/database.ts';
import type { CommandContext } from '../../../../src/entries/cli/command.ts';
import { openWorld, type World } from '../../../../src/entries/cli/world.ts';

export interface TestWorld {
  readonly world: World;
  readonly place: DatabaseContext;
  readonly remove: () => void;
}

/** The real effects of a command, with a state and a cache directory of its own. */
export function openTestWorld(): TestWorld {
  const home = mkdtempSync(join(tmpdir(), 'fairway-observe-'));
  const context: CommandContext = {
    runId: 'test',
    command: 'classify',
    version: '0.0.0',
    startedAt: new Date(0),
    directory: home,
    configFile: null,
    environment: null,
    flags: {},
    positionals: [],
    dryRun: false,
    verbose: false,
    stateDirectory: join(home, 'state'),
    cacheDirectory: join(home, 'cache'),
    env: { PATH: process.env['PATH'] },
    reporter: { report: () => undefined },
    signal: new AbortController().signal,
    isTerminal: false,
    ask: () => Promise.resolve(false),
    conceal: () => undefined,
    masked: (text) => text,
  };
  return {
    world: openWorld(context, home),
    place: {
      app: 'test',
      environment: 'local',
      stateDirectory: context.stateDirectory,
      cacheDirectory: context.cacheDirectory,
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
