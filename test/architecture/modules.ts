import { readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import { globalsOf, type Node } from './globals.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** `src/errors.ts`, or null for a package or a part of Node. */
  readonly file: string | null;
  /** `zod`, `@actions/core`, `node:fs`; null for our own. */
  readonly package: string | null;
  readonly isTypeOnly: boolean;
}

/** One source file with all that the rules ask about. */
export interface Module {
  /** From the top, with `/`. */
  readonly file: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** What it uses of the world without importing it: `process.env`, `Date.now`, `fetch`. */
  readonly globals: readonly string[];
}

export function readModules(): readonly Module[] {
  const files = globSync('src/**/*.ts', { cwd: root }).toSorted();
  return files.map((file) => moduleOf(file, readFileSync(join(root, file), 'utf8')));
}

export function moduleOf(file: string, text: string): Module {
  const program = parseAst(text, { lang: 'ts' }, file) as unknown as Node;
  return {
    file,
    lines: text.trimEnd().split('\n').length,
    imports: importsOf(file, program),
    globals: globalsOf(program),
  };
}

function importsOf(file: string, program: Node): readonly Import[] {
  const imports: Import[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (!isNode(node)) return;
    const specifier = isNode(node['source']) ? node['source']['value'] : undefined;
    if (typeof specifier === 'string') imports.push({ ...targetOf(file, specifier), isTypeOnly: isTypeOnly(node) });
    Object.values(node).forEach(visit);
  };
  visit(program);
  return imports;
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType') return true;
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const specifiers = (node['specifiers'] ?? []) as readonly Node[];
  return (
    node.type === 'ImportDeclaration' &&
    specifiers.length > 0 &&
    specifiers.every((specifier) => specifier['importKind'] === 'type')
  );
}

function targetOf(file: string, specifier: string): Pick<Import, 'file' | 'package'> {
  if (specifier.startsWith('.')) return { file: normalize(join(dirname(file), specifier)), package: null };
  if (specifier.startsWith('node:')) return { file: null, package: specifier };
  const parts = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
  return { file: null, package: parts.join('/') };
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
