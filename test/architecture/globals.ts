/** A node of the syntax tree (ESTree with TypeScript). */
export interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const watched = new Set([
  'process',
  'performance',
  'fetch',
  'crypto',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'globalThis',
  'Date',
  'Math',
]);

/**
 * The parts of the world that a file reaches without importing them: `process.env`, `Date.now`, `new Date()`.
 *
 * A parameter or variable of the same name is not the world: scopes are followed. `Date` and `Math` count only
 * where they ask for the time or for chance.
 */
export function globalsOf(program: Node): readonly string[] {
  const found = new Set<string>();
  visit(program, [], found);
  return [...found].toSorted();
}

type Scopes = readonly ReadonlySet<string>[];

function visit(node: unknown, scopes: Scopes, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, scopes, found);
    return;
  }
  if (!isNode(node) || /^(TSType|TSInterfaceDeclaration|ImportDeclaration)/.test(node.type)) return;
  const inner = [...scopes, declaredBy(node)];
  const name = reached(node, inner);
  if (name !== null) found.add(name);
  for (const [key, child] of Object.entries(node)) {
    const isName = (key === 'property' || key === 'key') && node['computed'] !== true;
    const isHandled = node.type === 'MemberExpression' && key === 'object' && name !== null;
    if (!isName && !isHandled) visit(child, inner, found);
  }
}

/** `process.env` for a member of a watched global, `fetch` for one by itself. */
function reached(node: Node, scopes: Scopes): string | null {
  if (node.type === 'NewExpression' && isGlobal(node['callee'], 'Date', scopes)) {
    return (node['arguments'] as readonly unknown[]).length === 0 ? 'new Date()' : null;
  }
  if (node.type === 'MemberExpression') {
    const [object, property] = [node['object'], node['property']];
    if (!isNode(object) || !isGlobal(object, String(object['name']), scopes)) return null;
    const member = `${String(object['name'])}.${isNode(property) ? String(property['name'] ?? property['value']) : '?'}`;
    return /^(Date|Math)\./.test(member) && !/^(Date\.now|Math\.random)$/.test(member) ? null : member;
  }
  if (node.type !== 'Identifier' || /^(Date|Math)$/.test(String(node['name']))) return null;
  return isGlobal(node, String(node['name']), scopes) ? String(node['name']) : null;
}

function isGlobal(node: unknown, name: string, scopes: Scopes): boolean {
  if (!isNode(node) || node.type !== 'Identifier' || node['name'] !== name || !watched.has(name)) return false;
  return !scopes.some((scope) => scope.has(name));
}

/** The names that a scope brings; the whole of Node's own `process` module stays the world. */
function declaredBy(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: unknown): void => bindingsOf(pattern).forEach((name) => names.add(name));
  if (Array.isArray(node['params'])) node['params'].forEach(bind);
  if (node.type === 'CatchClause') bind(node['param']);
  const body = node.type === 'Program' || node.type === 'BlockStatement' ? node['body'] : null;
  for (const statement of [...(Array.isArray(body) ? body : []), node['init'], node['left']]) {
    const declaration = isNode(statement) && isNode(statement['declaration']) ? statement['declaration'] : statement;
    if (!isNode(declaration)) continue;
    if (declaration.type === 'VariableDeclaration') {
      for (const declarator of declaration['declarations'] as readonly Node[]) bind(declarator['id']);
    } else if (/^(Function|Class)Declaration$/.test(declaration.type)) bind(declaration['id']);
    else if (declaration.type === 'ImportDeclaration' && !isWorld(declaration)) {
      for (const specifier of declaration['specifiers'] as readonly Node[]) bind(specifier['local']);
    }
  }
  return names;
}

function isWorld(declaration: Node): boolean {
  return isNode(declaration['source']) && declaration['source']['value'] === 'node:process';
}

function bindingsOf(pattern: unknown): readonly string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern['name'])];
    case 'ObjectPattern':
      return (pattern['properties'] as readonly Node[]).flatMap((p) => bindingsOf(p['value'] ?? p['argument']));
    case 'ArrayPattern':
      return (pattern['elements'] as readonly unknown[]).flatMap(bindingsOf);
    case 'AssignmentPattern':
      return bindingsOf(pattern['left']);
    case 'RestElement':
      return bindingsOf(pattern['argument']);
    default:
      return [];
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
