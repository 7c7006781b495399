import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

/** What an engine learns of the module, by the SDK's own introspector. */

const root = join(import.meta.dirname, '../..');
const sdk = join(root, 'node_modules/@dagger.io/dagger/dist/src');

interface TypeDef {
  readonly kind: string;
  readonly name?: string;
  readonly typeDef?: TypeDef;
}
interface Argument {
  readonly name: string;
  readonly description: string;
  readonly type: TypeDef;
  readonly isOptional: boolean;
  readonly defaultValue?: unknown;
  readonly defaultPath?: string;
}
interface Method {
  readonly name: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly returnType: TypeDef;
  readonly cache?: string;
  readonly isCheck?: boolean;
}
interface Module {
  readonly description: string;
  readonly objects: Readonly<
    Record<
      string,
      { readonly constructor?: Pick<Method, 'arguments'>; readonly methods: Readonly<Record<string, Method>> }
    >
  >;
}

let learned: Module;
/** What the introspector knows, but leaves out of its JSON. */
let rules: Readonly<Record<string, Pick<Method, 'cache' | 'isCheck'>>>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-introspection-'));
  try {
    const api = join(folder, 'client.gen.ts');
    copyFileSync(join(sdk, 'api/client.gen.d.ts'), api);
    const source = join(root, 'pipelines/src');
    const introspector = (await import(join(sdk, 'module/introspector/index.js'))) as {
      scan(files: readonly string[], name: string, load: boolean): Promise<Module>;
    };
    const module = await introspector.scan(
      [...readdirSync(source).map((name) => join(source, name)), api],
      'fairway',
      false,
    );
    learned = JSON.parse(JSON.stringify(module)) as Module;
    rules = module.objects['Fairway']?.methods ?? {};
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const methods = (): readonly Method[] =>
  Object.values(learned.objects['Fairway']?.methods ?? {}).map((method) => {
    const { cache, isCheck } = rules[method.name] ?? {};
    return { ...method, ...(cache === undefined ? {} : { cache }), isCheck: isCheck === true };
  });

const typeText = (type: TypeDef): string =>
  type.kind === 'LIST_KIND' && type.typeDef !== undefined
    ? `[${typeText(type.typeDef)}]`
    : (type.name ?? type.kind.replace('_KIND', '').toLowerCase());

function argumentLine({ name, type, isOptional, defaultValue, defaultPath, description }: Argument): string {
  const fallback = defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`;
  const path = defaultPath === undefined ? '' : ` from ${defaultPath}`;
  return `  ${name}: ${typeText(type)}${isOptional ? '?' : ''}${fallback}${path}  # ${description}`;
}

function golden(): string {
  const constructed = Object.values(learned.objects['Fairway']?.constructor?.arguments ?? {}).map(argumentLine);
  const functions = methods().map((method) => {
    const marks = [method.cache === undefined ? '' : ` cache=${method.cache}`, method.isCheck === true ? ' check' : ''];
    const head = `${method.name} -> ${typeText(method.returnType)}${marks.join('')}  # ${method.description}`;
    return [head, ...Object.values(method.arguments).map(argumentLine)].join('\n');
  });
  return `${[['fairway', ...constructed].join('\n'), ...functions].join('\n\n')}\n`;
}

test('offers these functions with these arguments, defaults, cache rules and words', async () => {
  await expect(golden()).toMatchFileSnapshot('functions.golden.txt');
});

test('never answers from a cache where something happens', () => {
  const effects = [
    'publish',
    'database',
    'redis',
    'classify',
    'rehearse',
    'migrate',
    'deploy',
    'smoke',
    'rollback',
    'release',
    'ship',
  ];
  const cached = methods().filter(({ name, cache }) => effects.includes(name) && cache !== 'never');
  expect(methods().filter(({ name }) => effects.includes(name))).toHaveLength(effects.length);
  expect(cached).toEqual([]);
});

test('says of every function and every argument what it is', () => {
  const silent = methods().flatMap(({ name, description, arguments: given }) => [
    ...(description.trim() === '' ? [name] : []),
    ...Object.values(given).flatMap((one) => (one.description.trim() === '' ? [`${name}.${one.name}`] : [])),
  ]);
  expect(silent).toEqual([]);
});

test('takes every secret as a Secret', () => {
  const named = methods().flatMap(({ arguments: given }) => Object.values(given));
  const loose = named.filter(({ name, type }) => /password|token|secret/i.test(name) && typeText(type) !== 'Secret');
  expect(loose).toEqual([]);
});

test('has checks that need nothing but the checkout', () => {
  const checks = methods().filter(({ isCheck }) => isCheck === true);
  expect(checks.map(({ name }) => name)).toEqual(['configuration']);
  expect(checks.flatMap(({ arguments: given }) => Object.values(given).map((one) => one.defaultPath))).toEqual(['/']);
});
