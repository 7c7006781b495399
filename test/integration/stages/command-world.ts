import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialect } from '../../../src/domain/migration/dialect.ts';
import type { MigrationSet } from '../../../src/domain/migration/migration.ts';
import { commandTool } from '../../../src/migration-tools/command.ts';
import type { MigrationTool, ToolPorts, ToolSettings } from '../../../src/migration-tools/tool.ts';
import type { RunEvent } from '../../../src/ports.ts';
import type { DatabaseWorld } from '../databases/world.ts';

const program = join(import.meta.dirname, 'programs', 'migrates.ts');
const argv = (action: string): [string, ...string[]] => [process.execPath, program, action];

export const commandSettings: ToolSettings = {
  tool: 'command',
  directory: 'db',
  up: argv('up'),
  down: argv('down'),
  status: argv('status'),
  prepare: [],
  files: ['db'],
  env: { MODULES_FROM: import.meta.filename },
  commandTimeout: 60_000,
};

/** The ports of tools, and what they showed. */
export function toolPorts(world: DatabaseWorld): ToolPorts & { readonly shown: string[]; readonly hidden: string[] } {
  const shown: string[] = [];
  const hidden: string[] = [];
  const report = (event: RunEvent): void => {
    if (event.type === 'output') shown.push(event.line);
  };
  return { ...world.ports, reporter: { report }, conceal: (secret) => hidden.push(secret), shown, hidden };
}

let trees = 0;

/** A tree on disk with these scripts in its folder `db`, as a commit. */
export async function treeOf(
  world: DatabaseWorld,
  tool: MigrationTool,
  commit: string,
  files: Readonly<Record<string, string>>,
  dialect: Dialect,
): Promise<MigrationSet> {
  trees += 1;
  const tree = join(world.directory, `tree-${trees}`);
  await mkdir(join(tree, 'db'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(tree, 'db', name), text);
  return await tool.list({ tree, directory: 'db', commit }, dialect, world.ports.files);
}

export const tool = (ports: ToolPorts, settings: Partial<ToolSettings> = {}): MigrationTool =>
  commandTool({ ...commandSettings, ...settings }, ports);
