/** What an image must say of itself, however and wherever it was built. */
export interface ConfigRules {
  readonly epochSeconds: number;
  /** Of the layers, uncompressed: `sha256:...`. */
  readonly diffIds: readonly string[];
  /** Added to those of the Dockerfile. */
  readonly labels: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

/** What the OCI image specification knows; all else is about the machine and the engine that built. */
const kept = ['architecture', 'os', 'os.version', 'os.features', 'variant', 'author'] as const;
/** The container in which the last step ran, and the image that it began with. */
const ofTheBuild = new Set(['Hostname', 'Domainname', 'Image', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty']);
const alsoOfTheBuild = new Set(['OpenStdin', 'StdinOnce', 'ArgsEscaped', 'MacAddress', 'NetworkDisabled']);

/** The configuration of an image without what depends on when, where and by which engine it was built. */
export function normalConfig(raw: Json, { epochSeconds, diffIds, labels }: ConfigRules): Json {
  const known = kept.flatMap((name) => (raw[name] === undefined ? [] : [[name, raw[name]] as const]));
  const config = Object.entries(asObject(raw['config'])).filter(
    ([name, value]) => !ofTheBuild.has(name) && !alsoOfTheBuild.has(name) && !isEmpty(value),
  );
  const own = { ...Object.fromEntries(config), Labels: { ...asObject(asObject(raw['config'])['Labels']), ...labels } };
  const history = Array.isArray(raw['history']) ? (raw['history'] as readonly Json[]) : [];
  return {
    ...Object.fromEntries(known),
    created: dated(epochSeconds),
    config: own,
    history: history.map((step) => normalStep(step, epochSeconds)),
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
}

function normalStep(step: Json, epochSeconds: number): Json {
  const at = Date.parse(typeof step['created'] === 'string' ? step['created'] : '') / 1_000;
  const { created_by: by, empty_layer: isEmptyLayer } = step;
  return {
    created: dated(Number.isNaN(at) ? epochSeconds : Math.min(Math.floor(at), epochSeconds)),
    ...(typeof by === 'string' ? { created_by: by } : {}),
    ...(isEmptyLayer === true ? { empty_layer: true } : {}),
  };
}

/** Which step of the history made each layer, in the order of the layers. */
export function stepsOfLayers(config: Json): readonly string[] {
  const history = Array.isArray(config['history']) ? (config['history'] as readonly Json[]) : [];
  return history
    .filter((step) => step['empty_layer'] !== true)
    .map(({ created_by: by }) => (typeof by === 'string' ? by : ''));
}

/** The same value as the same text: names sorted, no blanks. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

const dated = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');

const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === false ||
  (typeof value === 'object' && Object.keys(value as object).length === 0);
