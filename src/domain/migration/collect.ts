import { checksumOf } from './checksum.ts';
import type { Dialect } from './dialect.ts';
import { readFileName } from './file-name.ts';
import { labelOf, type Migration, type MigrationFile, type MigrationProblem, type MigrationSet } from './migration.ts';
import { planScript } from './script-plan.ts';
import type { Script } from './script.ts';
import { scriptsOf } from './sections.ts';
import { compareVersions, missingBetween, sameVersion } from './version.ts';

interface Named {
  readonly version: string;
  readonly name: string;
  readonly script: Script;
}

/** Read files into migrations in the order of their versions, with everything that is wrong with them. */
export async function collectMigrations(files: readonly MigrationFile[], dialect: Dialect): Promise<MigrationSet> {
  const problems: MigrationProblem[] = [];
  const ups: Named[] = [];
  const downs: Named[] = [];
  for (const file of files) {
    const name = readFileName(file.named ?? file.path.slice(file.path.lastIndexOf('/') + 1));
    if (name.kind === 'refused') problems.push(nameProblem(file.path, name.reason));
    if (name.kind !== 'script') continue;
    const scripts = scriptsOf(file.path, file.text);
    if (name.direction === 'down') {
      downs.push({ version: name.version, name: name.name, script: scripts.up });
    } else {
      ups.push({ version: name.version, name: name.name, script: scripts.up });
      if (scripts.down !== null) downs.push({ version: name.version, name: name.name, script: scripts.down });
    }
  }
  ups.sort((a, b) => compareVersions(a.version, b.version));
  problems.push(...duplicates(ups), ...duplicates(downs), ...gaps(ups), ...lonelyDowns(ups, downs));
  for (const { script } of [...ups, ...downs]) problems.push(...scriptProblems(script, dialect));
  const migrations = await Promise.all(
    ups.map(async ({ version, name, script }): Promise<Migration> => ({
      version,
      name,
      checksum: await checksumOf(script.text),
      up: script,
      down: downs.find((down) => sameVersion(down.version, version))?.script ?? null,
    })),
  );
  return { migrations, problems };
}

function nameProblem(path: string, reason: string): MigrationProblem {
  return {
    severity: 'error',
    code: 'MIGRATION_NAME',
    path,
    message: `${path}: ${reason}`,
    hint: 'rename it, or move it out of the folder of migrations',
  };
}

function duplicates(scripts: readonly Named[]): readonly MigrationProblem[] {
  return scripts.flatMap((one, i) => {
    const first = scripts.slice(0, i).find((other) => sameVersion(other.version, one.version));
    if (first === undefined) return [];
    return [
      {
        severity: 'error' as const,
        code: 'MIGRATION_DUPLICATE' as const,
        path: one.script.path,
        message: `${one.script.path} and ${first.script.path} have the same version, ${one.version}`,
        hint: 'give the newer one a version of its own, higher than all others',
      },
    ];
  });
}

function gaps(ups: readonly Named[]): readonly MigrationProblem[] {
  return ups.flatMap((one, i) => {
    const before = ups[i - 1];
    const missing = before === undefined ? [] : missingBetween(before.version, one.version);
    if (before === undefined || missing.length === 0) return [];
    return [
      {
        severity: 'warning' as const,
        code: 'MIGRATION_GAP' as const,
        path: one.script.path,
        message: `${missing.join(', ')} is missing between ${before.script.path} and ${one.script.path}`,
        hint: 'see that no file was forgotten: one with a lower version cannot be applied later',
      },
    ];
  });
}

function lonelyDowns(ups: readonly Named[], downs: readonly Named[]): readonly MigrationProblem[] {
  return downs.flatMap((down) => {
    if (ups.some((up) => sameVersion(up.version, down.version))) return [];
    return [
      {
        severity: 'error' as const,
        code: 'MIGRATION_DOWN_ALONE' as const,
        path: down.script.path,
        message: `${down.script.path} undoes ${labelOf(down)}, which is not there`,
        hint: 'add the file that it undoes, or remove it',
      },
    ];
  });
}

function scriptProblems(script: Script, dialect: Dialect): readonly MigrationProblem[] {
  const { plan, problems } = planScript(script, dialect);
  const unreadable = problems.map(({ place, message }): MigrationProblem => ({
    severity: 'error',
    code: 'MIGRATION_UNREADABLE',
    path: place.path,
    line: place.line,
    message: `${place.path}:${place.line}:${place.column}: ${message}`,
    hint: 'a migration holds SQL statements for the server, and nothing else',
  }));
  if (plan.statements.length > 0 || unreadable.length > 0) return unreadable;
  return [
    {
      severity: 'warning',
      code: 'MIGRATION_EMPTY',
      path: script.path,
      message: `${script.path} holds no statement`,
      hint: 'see that its content was saved',
    },
  ];
}
