import type { Finding } from './finding.ts';

/** A file of the commit, relative to the top of the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Place {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** Where packages of each kind are pinned, the most exact first. */
const lockfiles: Readonly<Record<string, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'package.json'],
  pypi: ['uv.lock', 'poetry.lock', 'Pipfile.lock', 'requirements.txt', 'pyproject.toml'],
  golang: ['go.sum', 'go.mod'],
  cargo: ['Cargo.lock', 'Cargo.toml'],
  gem: ['Gemfile.lock'],
  composer: ['composer.lock'],
  maven: ['pom.xml', 'gradle.lockfile'],
  nuget: ['packages.lock.json'],
};

/** Kinds of packages that come with a base image or its package manager. */
const ofSystem: readonly string[] = ['deb', 'apk', 'rpm', 'alpm'];

/** True for a file in which a finding can be shown. */
export function isSource(path: string, dockerfile: string): boolean {
  const name = path.split('/').at(-1) ?? path;
  return (
    path === dockerfile ||
    /^Dockerfile(\.|$)|\.Dockerfile$/.test(name) ||
    Object.values(lockfiles).flat().includes(name)
  );
}

/**
 * The line of the commit that brings a finding: of the lockfile that pins the package, or of the Dockerfile that
 * installs it or names its base. Null when no file of the commit can be blamed.
 */
export function locate(finding: Finding, sources: readonly SourceFile[], dockerfile: string): Place | null {
  const own = sources.find(({ path }) => path === finding.target);
  if (finding.kind !== 'vulnerability') {
    const isPath = finding.target !== '' && !/\s|^\//.test(finding.target);
    if (own === undefined && finding.kind === 'licence') return null;
    return isPath ? { path: finding.target, line: finding.line ?? 1 } : null;
  }
  const [, kind = ''] = /^pkg:([a-z]+)\//.exec(finding.purl) ?? [];
  if (ofSystem.includes(kind)) return inDockerfile(finding, sources, dockerfile);
  const candidates = own === undefined ? (lockfiles[kind] ?? []).flatMap((name) => called(name, sources)) : [own];
  for (const source of candidates) {
    const line = lineOf(finding, source.text);
    if (line !== null) return { path: source.path, line };
  }
  return own === undefined ? inDockerfile(finding, sources, dockerfile) : { path: own.path, line: 1 };
}

/** Nearest to the top first. */
function called(name: string, sources: readonly SourceFile[]): readonly SourceFile[] {
  return sources
    .filter(({ path }) => path === name || path.endsWith(`/${name}`))
    .toSorted((a, b) => a.path.split('/').length - b.path.split('/').length || (a.path < b.path ? -1 : 1));
}

/** The line that names the package as a whole word, best with its version near. */
function lineOf({ component, version }: Finding, text: string): number | null {
  if (component === '') return null;
  const lines = text.split('\n');
  const word = new RegExp(`(?:^|[\\s"'/@=])${escaped(component)}(?:["'@=<>~:;\\s,\\[]|$)`);
  const named = lines.flatMap((line, index) => (word.test(line) ? [index] : []));
  const exact = named.find((index) =>
    lines.slice(index, index + 3).some((line) => version !== '' && line.includes(version)),
  );
  const found = exact ?? named[0];
  return found === undefined ? null : found + 1;
}

/** Where a package is installed by name, else the base of the last stage. */
function inDockerfile(finding: Finding, sources: readonly SourceFile[], dockerfile: string): Place | null {
  const source = sources.find(({ path }) => path === dockerfile);
  if (source === undefined) return null;
  const lines = source.text.split('\n');
  const last = lines.findLastIndex((line) => /^\s*FROM\s/i.test(line));
  const stage = Math.max(0, last);
  const word = new RegExp(`(?:^|[\\s=])${escaped(finding.component)}(?:[\\s=]|$)`);
  const installed = finding.component === '' ? -1 : lines.findIndex((line, at) => at > stage && word.test(line));
  return { path: source.path, line: (installed === -1 ? stage : installed) + 1 };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
