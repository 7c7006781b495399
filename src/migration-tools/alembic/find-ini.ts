import { type AlembicIni, readAlembicIni } from '../../domain/migration/alembic-ini.ts';
import type { Files } from '../../ports.ts';

/** Where a tree keeps Alembic's configuration, and what it says. */
export interface FoundIni extends AlembicIni {
  /** Below the tree; `.` for its top. */
  readonly folder: string;
  readonly text: string;
  /** Folders of revisions, below the tree. */
  readonly versions: readonly string[];
}

/** Look in the folder of migrations, then at the top of the tree; null when neither has an `alembic.ini`. */
export async function findIni(tree: string, directory: string, files: Files): Promise<FoundIni | null> {
  for (const folder of [directory, '.']) {
    const path = below(folder, 'alembic.ini');
    if (!(await files.exists(`${tree}/${path}`))) continue;
    const text = await files.readText(`${tree}/${path}`);
    const ini = readAlembicIni(text);
    if (ini === null) continue;
    return { ...ini, folder, text, versions: ini.versionLocations.map((one) => below(folder, one)) };
  }
  return null;
}

function below(folder: string, path: string): string {
  return folder === '.' ? path : `${folder}/${path}`;
}
