import { sqlTool } from './sql.ts';
import type { MigrationTool } from './tool.ts';

/** The registry: a new tool is one file and one line here. */
export const migrationTools: readonly MigrationTool[] = [sqlTool];

export function migrationTool(type: string): MigrationTool {
  const tool = migrationTools.find((one) => one.type === type);
  if (tool === undefined) throw new Error(`no migration tool "${type}"`);
  return tool;
}
