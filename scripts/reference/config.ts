import { fileJsonSchema, type JsonSchema } from '../../src/config/describe.ts';
import { cell, table } from './markdown.ts';

/** `docs/reference/config.md`: every field of `fairway.yml`, from its JSON Schema. */
export function configPage(): string {
  const { properties = {} } = fileJsonSchema();
  const parts = Object.entries(properties).map(([name, schema]) => {
    const rows = fieldsOf(schema, '');
    const fields = rows.length === 0 ? '' : `\n\n${table(['field', 'takes', 'default', 'what'], rows)}`;
    return `## ${name}\n\n${schema.description ?? ''}${fields}`.trimEnd();
  });
  return `# fairway.yml

Generated from the schema: \`npm run generate\`. Durations are written with a unit (\`30s\`, \`5m\`), shares with \`%\`. A command is a
line or a list of arguments; no shell reads it.

${parts.join('\n\n')}
`;
}

type Row = readonly [string, string, string, string];

function fieldsOf(schema: JsonSchema, path: string): readonly Row[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) {
    const kinds = alternatives.filter((one) => one.properties?.['type']?.const !== undefined);
    return kinds.flatMap((one) => {
      const type = JSON.stringify(one.properties?.['type']?.const);
      return fieldsOf(one, path).map(([name, ...rest]): Row => [`${name} (type ${type})`, ...rest]);
    });
  }
  const { properties, additionalProperties, items } = schema;
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, inner]) => [
      rowOf(`${path}${name}`, inner),
      ...fieldsOf(inner, `${path}${name}.`),
    ]);
  }
  if (typeof additionalProperties === 'object') return fieldsOf(additionalProperties, `${path}NAME.`);
  return items === undefined ? [] : fieldsOf(items, `${path.replace(/\.$/, '')}[].`);
}

function rowOf(name: string, schema: JsonSchema): Row {
  const fallback =
    schema.default === undefined || isEmpty(schema.default) ? '' : `\`${JSON.stringify(schema.default)}\``;
  return [`\`${name}\``, cell(kindOf(schema)), cell(fallback), cell(schema.description ?? '')];
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function kindOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(', ');
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(kindOf))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : kindOf(schema.items)}`;
  return Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'any');
}
