import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** GitHub's own description of its REST API, fetched by `.ci/run` from the npm package @octokit/openapi. */
export const descriptionFile = '/opt/fairway-ci/openapi/api.github.com.json';

/** One request and its answer, as a recorder between client and server saw them. */
export interface Exchange {
  readonly method: string;
  /** `/repos/owner/name/releases?page=1` */
  readonly url: string;
  /** Null: no JSON. */
  readonly sent: unknown;
  readonly status: number;
  /** Undefined: no JSON. */
  readonly answered: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly parameters?: readonly Schema[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/**
 * Holds exchanges against the description: the route is there, the status is one that it answers, every field is
 * known and of its type. A fake may answer parts, so nothing is required of an answer; of a request it is.
 */
export function openApi(file = descriptionFile): (exchange: Exchange) => readonly string[] {
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  };
  const named = (reference: string): unknown => {
    const [, , room = '', name = ''] = reference.split('/');
    return document.components[room]?.[name];
  };
  const resolved = <T>(value: T): T => {
    const reference = (value as { readonly $ref?: string } | undefined)?.$ref;
    return reference === undefined ? value : (named(reference) as T);
  };
  const routes = Object.entries(document.paths).flatMap(([path, item]) => {
    const pattern = new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '([^/]+)')}$`);
    return Object.entries(item).map(([method, operation]) => ({ method, path, pattern, operation }));
  });

  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv, ['date-time', 'date', 'uri', 'email']);
  for (const kind of ['answer', 'request'] as const) {
    const $defs = Object.fromEntries(
      Object.entries(document.components['schemas'] ?? {}).map(([name, schema]) => [name, plain(schema, kind, false)]),
    );
    ajv.addSchema({ $id: kind, $defs });
  }
  const problems = (what: string, schema: Schema, kind: Kind, value: unknown): readonly string[] => {
    const validate = ajv.compile(plain(schema, kind) as object);
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== 'anyOf')
      .map(
        ({ instancePath, message, params }) => `${what}${instancePath}: ${message ?? '?'} ${JSON.stringify(params)}`,
      );
  };

  return ({ method, url, sent, status, answered }) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const found = routes
      .filter((one) => one.method === method.toLowerCase() && one.pattern.test(pathname))
      // Of two that fit, `/releases/latest` goes before `/releases/{id}`.
      .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
    const what = `${method} ${pathname}`;
    if (found === undefined) return [`${what}: there is no such route`];
    const { operation } = found;
    const queries = (operation.parameters ?? []).map((one) => resolved(one)).filter((one) => one['in'] === 'query');
    const strangers = [...searchParams.keys()].filter((key) => !queries.some(({ name }) => name === key));
    const response = resolved(operation.responses[String(status)]);
    const asked = operation.requestBody?.content?.['application/json']?.schema;
    const told = response?.content?.['application/json']?.schema;
    return [
      ...strangers.map((key) => `${what}: takes no ?${key}`),
      ...(response === undefined && !everywhere.includes(status) ? [`${what}: never answers ${status}`] : []),
      ...(asked === undefined || sent === null ? [] : problems(`${what} sends `, asked, 'request', sent)),
      ...(told === undefined || answered === undefined ? [] : problems(`${what} ${status} `, told, 'answer', answered)),
    ];
  };
}

type Kind = 'answer' | 'request';

/** What the description does not repeat for each route: nobody may, it is not there, the server cannot. */
const everywhere: readonly number[] = [401, 403, 404, 429, 500, 502, 503];

/**
 * A schema of OpenAPI 3.0 as JSON Schema. Fields that it does not name are refused where it is whole; a part of a
 * composition does not know what the other parts name.
 */
function plain(value: unknown, kind: Kind, isWhole = true): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const {
    nullable,
    required,
    oneOf,
    anyOf = oneOf,
    allOf,
    properties,
    items,
    additionalProperties,
    format,
    $ref,
    type,
    enum: choices,
    pattern,
  } = value as Record<string, unknown>;
  const closed = isWhole ? { unevaluatedProperties: false } : {};
  if (typeof $ref === 'string') return { $ref: `${kind}#/$defs/${$ref.split('/').at(-1) ?? ''}`, ...closed };
  const parts = (all: unknown): unknown => (all as readonly unknown[]).map((one) => plain(one, kind, false));
  const isFree = type === 'object' && properties === undefined && allOf === undefined && anyOf === undefined;
  const schema = {
    ...(type === undefined ? {} : { type }),
    ...(choices === undefined ? {} : { enum: choices }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(typeof format === 'string' && formatNames.includes(format) ? { format } : {}),
    ...(kind === 'request' && Array.isArray(required) ? { required } : {}),
    ...(items === undefined ? {} : { items: plain(items, kind) }),
    ...(properties === undefined ? {} : { properties: mapped(properties as Schema, kind) }),
    ...(allOf === undefined ? {} : { allOf: parts(allOf) }),
    // Without required fields more than one form may fit.
    ...(anyOf === undefined ? {} : { anyOf: parts(anyOf) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: plain(additionalProperties, kind) }),
    ...(isFree && additionalProperties === undefined ? { additionalProperties: true } : {}),
  };
  if (nullable === true) return { anyOf: [schema, { type: 'null' }], ...closed };
  return properties === undefined && allOf === undefined && anyOf === undefined ? schema : { ...schema, ...closed };
}

const formatNames = ['date-time', 'date', 'uri', 'email'] as const as readonly string[];

const mapped = (properties: Schema, kind: Kind): Schema =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, plain(schema, kind)]));
