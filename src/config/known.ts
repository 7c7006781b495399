import type { JsonSchema } from './describe.ts';
import { isPlainMap, type Path, valueAt } from './path.ts';

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const inner = schema.oneOf ?? schema.anyOf;
  if (inner === undefined) return [schema];
  const about = schema.description === undefined ? {} : { description: schema.description };
  return inner.flatMap(alternatives).map((alternative) => ({ ...about, ...alternative }));
}

/** A `const` among its properties says that a map is meant for another alternative. */
function contradicts(schema: JsonSchema, value: unknown): boolean {
  if (!isPlainMap(value)) return false;
  return Object.entries(schema.properties ?? {}).some(
    ([key, { const: fixed }]) => fixed !== undefined && value[key] !== undefined && value[key] !== fixed,
  );
}

/** The schemas that the value at a path may follow; those of other plug-ins (`type`) are left out. */
function schemasAt(root: JsonSchema, value: unknown, path: Path): readonly JsonSchema[] {
  let current = alternatives(root);
  for (const [depth, part] of path.entries()) {
    const here = valueAt(value, path.slice(0, depth));
    current = current
      .filter((schema) => !contradicts(schema, here))
      .flatMap((schema) => {
        if (typeof part === 'number') return schema.items === undefined ? [] : [schema.items];
        const inner = schema.properties?.[part] ?? schema.additionalProperties;
        return typeof inner === 'object' ? [inner] : [];
      })
      .flatMap(alternatives);
  }
  return current.filter((schema) => !contradicts(schema, valueAt(value, path)));
}

/** The keys that a map at this path may have; empty when any will do. */
export function knownKeys(root: JsonSchema, value: unknown, path: Path): readonly string[] {
  return [...new Set(schemasAt(root, value, path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** What a value is for, as the schema describes it. */
export function descriptionOf(root: JsonSchema, value: unknown, path: Path): string | null {
  return schemasAt(root, value, path).find((schema) => schema.description !== undefined)?.description ?? null;
}

/** Where else below `root` a key of this name is known: `deploy.guard.errorRate` for `errorRate`. */
export function pathsTo(root: JsonSchema, key: string, above: Path = []): readonly Path[] {
  return alternatives(root).flatMap((schema) =>
    Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
      ...(name === key ? [[...above, name]] : []),
      ...pathsTo(inner, key, [...above, name]),
    ]),
  );
}
