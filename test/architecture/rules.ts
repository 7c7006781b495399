import type { Import, Module } from './modules.ts';

/** The rooms of plug-ins: one file each, a registry beside them, none knows another. */
const plugIns = ['checks', 'databases', 'engines', 'metrics', 'migration-tools', 'proxies', 'targets', 'version-files'];

/** What an engine of Dagger's is asked for: shared by its module and by us. */
const graphBuilder = /^pipelines\/src\/(build|scan|test|database)\.ts$/;

interface Rule {
  /** Our own rooms, by value or by type. */
  readonly rooms: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types: readonly string[];
  /** Of plug-in rooms: nothing, or the registry, what stands beside it for all of its plug-ins, and types. */
  readonly plugIns: 'none' | 'registries';
  /** Packages by name; `*` for all. `node:` is separate. */
  readonly packages: readonly string[];
  readonly node: boolean;
}

/** DESIGN's "Who may import whom", line by line. */
const rules: Readonly<Record<string, Rule>> = {
  errors: { rooms: [], types: [], plugIns: 'none', packages: [], node: false },
  // Words that both sides share: the messages of a rollout are types of the domain.
  ports: { rooms: [], types: ['domain'], plugIns: 'none', packages: [], node: false },
  domain: {
    rooms: ['errors'],
    types: ['ports'],
    plugIns: 'none',
    packages: ['semver', 'conventional-commits-parser', 'conventional-changelog-writer'],
    node: false,
  },
  values: { rooms: [], types: [], plugIns: 'none', packages: ['zod'], node: false },
  'plug-in': {
    rooms: ['ports', 'errors', 'domain', 'values'],
    types: [],
    plugIns: 'none',
    packages: ['zod'],
    node: false,
  },
  config: {
    rooms: ['errors', 'values'],
    types: ['domain'],
    plugIns: 'registries',
    packages: ['zod', 'yaml'],
    node: false,
  },
  stages: { rooms: ['domain', 'ports', 'errors'], types: ['config'], plugIns: 'registries', packages: [], node: false },
  agent: {
    rooms: ['domain', 'ports', 'errors'],
    types: ['config'],
    plugIns: 'registries',
    packages: ['zod'],
    node: false,
  },
  // Deciders are words too: an adapter may ask how a message is read or where a line begins.
  adapters: { rooms: ['ports', 'errors', 'domain'], types: [], plugIns: 'none', packages: ['*'], node: true },
  entries: { rooms: ['*'], types: [], plugIns: 'registries', packages: ['*'], node: true },
  index: { rooms: ['*'], types: [], plugIns: 'registries', packages: [], node: false },
};

/** `src/config/values.ts` is a room of its own: plug-ins describe their options with it, and config reads plug-ins. */
export function roomOf(file: string): string {
  const [, room = '', ...below] = file.split('/');
  if (file === 'src/config/values.ts') return 'values';
  return below.length === 0 ? room.replace(/\.ts$/, '') : room;
}

function ruleOf(room: string): Rule | undefined {
  return plugIns.includes(room) ? rules['plug-in'] : rules[room];
}

/** Every import that the table does not allow, as `from -> to`. */
export function forbiddenImports(modules: readonly Module[]): readonly string[] {
  const single = singlePlugIns(modules);
  return modules.flatMap(({ file, imports }) => {
    const rule = ruleOf(roomOf(file));
    if (rule === undefined) return [`${file} stands in a room that the plan does not know`];
    const forbidden = imports.filter((target) => !isAllowed(file, target, rule, single));
    return forbidden.map((target) => `${file} -> ${nameOf(target)}`);
  });
}

/** The plug-ins themselves: what the registry of their room loads, and all below such a file's folder. */
function singlePlugIns(modules: readonly Module[]): (file: string) => boolean {
  const loaded = modules
    .filter(({ file }) => plugIns.some((room) => file === `src/${room}/index.ts`))
    .flatMap(({ imports }) => imports.filter((target) => !target.isTypeOnly).map((target) => target.file));
  return (file) => loaded.includes(file) || file.split('/').length > 3;
}

function nameOf({ file, package: name, isTypeOnly }: Import): string {
  return `${file ?? name}${isTypeOnly ? ' (types)' : ''}`;
}

function isAllowed(from: string, target: Import, rule: Rule, isSingle: (file: string) => boolean): boolean {
  if (target.package !== null) {
    if (target.package.startsWith('node:')) return rule.node;
    return target.isTypeOnly || rule.packages.includes('*') || rule.packages.includes(target.package);
  }
  const file = target.file ?? '';
  if (from.startsWith('src/adapters/dagger/') && graphBuilder.test(file)) return true;
  if (!file.startsWith('src/')) return false;
  const room = roomOf(file);
  if (room === roomOf(from) || rule.rooms.includes('*') || rule.rooms.includes(room)) return true;
  if (plugIns.includes(room)) {
    return rule.plugIns === 'registries' && (target.isTypeOnly || !isSingle(file));
  }
  return target.isTypeOnly && rule.types.includes(room);
}

/** Rooms that load each other, as `a -> b -> a`; types are not loaded. */
export function cycles(modules: readonly Module[]): readonly string[] {
  const edges = new Map<string, Set<string>>();
  for (const { file, imports } of modules) {
    const from = roomOf(file);
    for (const target of imports) {
      if (target.file === null || target.isTypeOnly || roomOf(target.file) === from) continue;
      edges.set(from, (edges.get(from) ?? new Set()).add(roomOf(target.file)));
    }
  }
  const found = new Set<string>();
  const walk = (path: readonly string[]): void => {
    for (const next of edges.get(path.at(-1) ?? '') ?? []) {
      const start = path.indexOf(next);
      if (start === -1) walk([...path, next]);
      else found.add([...path.slice(start), next].join(' -> '));
    }
  };
  for (const room of edges.keys()) walk([room]);
  return [...found];
}

/** What a room may reach without importing it: deciders nothing, doers no environment. */
export function forbiddenGlobals(modules: readonly Module[]): readonly string[] {
  return modules.flatMap(({ file, globals }) => {
    const room = roomOf(file);
    if (room === 'entries') return [];
    const isDecider = room !== 'adapters';
    // The same input gives the same digest.
    const reached = globals.filter((name) => name !== 'crypto.subtle');
    return reached.filter((name) => isDecider || name === 'process.env').map((name) => `${file} uses ${name}`);
  });
}

/** Files longer than a file may be. */
export function tooLong(modules: readonly Module[], limit: number, exempt: ReadonlySet<string>): readonly string[] {
  return modules
    .filter(({ file, lines }) => lines > limit && !exempt.has(file))
    .map(({ file, lines }) => `${file} has ${lines} lines`);
}
