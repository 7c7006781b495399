const types = ['schedule', 'semver', 'pep440', 'match', 'edge', 'ref', 'raw', 'sha'] as const;
export type TagType = (typeof types)[number];

/** One line of `image.tags`, with the defaults of its type. */
export interface TagRule {
  readonly type: TagType;
  /** The rule that decides first decides about `latest`, and its tag is the version. */
  readonly priority: number;
  /** May be an expression that ends as `true` or `false`. */
  readonly enable: string;
  /** Null: that of the flavor. */
  readonly prefix: string | null;
  readonly suffix: string | null;
  /** What only some types have: pattern, value, event, branch, group, format. */
  readonly of: Readonly<Record<string, string>>;
}

const priorities: Readonly<Record<TagType, number>> = {
  schedule: 1_000,
  semver: 900,
  pep440: 900,
  match: 800,
  edge: 700,
  ref: 600,
  raw: 200,
  sha: 100,
};

const defaults: Readonly<Record<TagType, Readonly<Record<string, string>>>> = {
  schedule: { pattern: 'nightly' },
  semver: { value: '' },
  pep440: { value: '' },
  match: { value: '', group: '0' },
  edge: { branch: '', value: 'edge' },
  ref: {},
  raw: {},
  sha: { format: 'short' },
};

const needed: Readonly<Partial<Record<TagType, readonly string[]>>> = {
  semver: ['pattern'],
  pep440: ['pattern'],
  match: ['pattern'],
  ref: ['event'],
  raw: ['value'],
};

const known = new Set(['type', 'priority', 'enable', 'prefix', 'suffix']);
const own: Readonly<Record<TagType, readonly string[]>> = {
  schedule: ['pattern'],
  semver: ['pattern', 'value'],
  pep440: ['pattern', 'value'],
  match: ['pattern', 'value', 'group'],
  edge: ['branch', 'value'],
  ref: ['event'],
  raw: ['value'],
  sha: ['format'],
};

/** What a line says, in the form of docker/metadata-action: `type=semver,pattern={{version}}`; a text when it is wrong. */
export function parseTagRule(line: string): TagRule | string {
  const fields = splitFields(line);
  const named = new Map<string, string>();
  for (const [index, field] of fields.entries()) {
    const equals = field.indexOf('=');
    if (equals === -1 && index > 0) return `"${field}" has no value: write name=value`;
    if (equals === -1) named.set('value', field);
    else named.set(field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim());
  }
  const type = (named.get('type') ?? 'raw') as TagType;
  if (!types.includes(type)) return `the type "${type}" is not known: one of ${types.join(', ')}`;
  const stray = [...named.keys()].find((name) => !known.has(name) && !own[type].includes(name));
  if (stray !== undefined) return `"${stray}" is not known for the type ${type}`;
  const missing = (needed[type] ?? []).find((name) => !named.get(name));
  if (missing !== undefined) return `the type ${type} needs ${missing}=...`;
  const priority = Number(named.get('priority') ?? priorities[type]);
  if (!Number.isInteger(priority)) return `priority is a whole number, not "${named.get('priority') ?? ''}"`;
  const event = named.get('event');
  if (event !== undefined && !['branch', 'tag', 'pr'].includes(event)) return `event is branch, tag or pr`;
  const given = own[type].flatMap((name) => (named.has(name) ? [[name, named.get(name) ?? ''] as const] : []));
  const prefix = type === 'sha' ? 'sha-' : event === 'pr' ? 'pr-' : null;
  return {
    type,
    priority,
    enable: named.get('enable') ?? 'true',
    prefix: named.get('prefix') ?? prefix,
    suffix: named.get('suffix') ?? null,
    of: { ...defaults[type], ...Object.fromEntries(given) },
  };
}

/** Commas part fields; double quotes keep them together, as in a table of comma-separated values. */
function splitFields(line: string): readonly string[] {
  const fields = [''];
  let isQuoted = false;
  for (const c of line) {
    if (c === '"') isQuoted = !isQuoted;
    else if (c === ',' && !isQuoted) fields.push('');
    else fields[fields.length - 1] += c;
  }
  return fields.map((field) => field.trim());
}
