import { cargoLock, cargoToml } from './cargo.ts';
import { chart } from './chart.ts';
import { marked } from './marked.ts';
import { packageJson, packageLock } from './package-json.ts';
import { pyproject, uvLock } from './pyproject.ts';
import { pythonModule } from './python-module.ts';
import { regex } from './regex.ts';
import type { VersionFile } from './version-file.ts';
import { csproj, pom } from './xml.ts';

/** The registry: a new kind of file is one file and one line here. */
const registry = {
  'package-json': packageJson,
  'package-lock': packageLock,
  pyproject,
  'uv-lock': uvLock,
  'python-module': pythonModule,
  cargo: cargoToml,
  'cargo-lock': cargoLock,
  chart,
  pom,
  csproj,
  marked,
  regex,
} as const satisfies Readonly<Record<string, VersionFile>>;

export const versionFiles: readonly VersionFile[] = Object.values(registry);

export const versionFileTypes = Object.keys(registry) as readonly (keyof typeof registry)[];
