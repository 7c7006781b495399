import { alembicTool } from './alembic.ts';
import { commandTool } from './command.ts';
import { prismaTool } from './prisma.ts';
import { sqlTool } from './sql.ts';
import type { MigrationTool, ToolPorts, ToolSettings } from './tool.ts';

/** The registry: a new tool is one file and one line here. */
const tools: Readonly<Record<string, (settings: ToolSettings, ports: ToolPorts) => MigrationTool>> = {
  sql: () => sqlTool,
  command: commandTool,
  alembic: alembicTool,
  prisma: () => prismaTool,
};

export function migrationTool(settings: ToolSettings, ports: ToolPorts): MigrationTool {
  const create = tools[settings.tool];
  if (create === undefined) throw new Error(`no migration tool "${settings.tool}"`);
  return create(settings, ports);
}
