import { z } from 'zod';
import { configSchema, fileSchema, sectionNames } from './schema.ts';

/** As much of JSON Schema as comes out of our schema. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly [key: string]: unknown;
}

const options = { io: 'input', target: 'draft-7' } as const;

/** What one environment may say, without the envelope of the file. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, options) as JsonSchema;
}

/** The JSON Schema of a whole `fairway.yml` as it is written, with descriptions: `fairway.schema.json`. */
export function fileJsonSchema(): JsonSchema {
  const { $schema, properties = {}, ...rest } = z.toJSONSchema(fileSchema, options) as JsonSchema;
  const overlayProperties = Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => sectionNames.includes(key))
      .map(([key, section]) => [key, asOverlay(section)]),
  );
  const overlay = { type: ['object', 'null'], properties: overlayProperties, additionalProperties: false };
  return {
    $schema,
    title: 'Fairway configuration',
    ...rest,
    properties: { ...properties, environments: { ...properties['environments'], additionalProperties: overlay } },
  };
}

/** The same in an overlay: nothing is needed, nothing has a default, and an empty value takes a section away. */
function asOverlay(schema: JsonSchema): JsonSchema {
  const { required: _required, default: _default, oneOf, anyOf, properties, additionalProperties, ...rest } = schema;
  const alternatives = oneOf ?? anyOf;
  return {
    ...rest,
    ...(rest.type === 'object' ? { type: ['object', 'null'] } : {}),
    ...(alternatives === undefined ? {} : { anyOf: alternatives.map(asOverlay) }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, asOverlay(inner)])) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: asOverlay(additionalProperties) }
      : additionalProperties === undefined
        ? {}
        : { additionalProperties }),
  };
}
