import { chainOf, type Instruction, stagesOf } from './dockerfile.ts';

export type Severity = 'off' | 'warn' | 'gate';

export interface PolicyRules {
  readonly user: Severity;
  readonly healthcheck: Severity;
  readonly base: Severity;
  readonly maxBaseAgeDays: number;
}

export interface PolicyFacts {
  readonly config: Readonly<Record<string, unknown>>;
  /** Null when the image was made by a file of ours. */
  readonly dockerfile: { readonly path: string; readonly text: string } | null;
  readonly args: Readonly<Record<string, string>>;
  readonly target: string | null;
  /** Every process with traffic has a path that tells whether it is ready. */
  readonly isReadyByPath: boolean;
  readonly epochSeconds: number;
  readonly nowSeconds: number;
}

export interface PolicyFinding {
  readonly rule: 'user' | 'healthcheck' | 'base';
  readonly severity: 'warn' | 'gate';
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
  readonly mend: string;
}

type Found = Omit<PolicyFinding, 'severity' | 'file' | 'rule'>;

/** What an image breaks of the rules for images, each with the line of the Dockerfile that it comes from. */
export function breachesOf(facts: PolicyFacts, rules: PolicyRules): readonly PolicyFinding[] {
  const checks = { user: runsAsRoot, healthcheck: hasNoHealthCheck, base: hasOldBase } as const;
  return (['user', 'healthcheck', 'base'] as const).flatMap((rule) => {
    const severity = rules[rule];
    const found = severity === 'off' ? null : checks[rule](facts, rules);
    if (severity === 'off' || found === null) return [];
    return [{ rule, severity, file: facts.dockerfile?.path ?? null, ...found }];
  });
}

function runsAsRoot(facts: PolicyFacts): Found | null {
  const own = asObject(facts.config['config']);
  const user = typeof own['User'] === 'string' ? own['User'] : '';
  const [name = ''] = user.split(':');
  if (name !== '' && name !== 'root' && !/^0+$/.test(name)) return null;
  const line = lastOf(facts, 'USER') ?? lastOf(facts, 'CMD') ?? lastOf(facts, 'FROM');
  return {
    line: line?.line ?? null,
    message: user === '' ? 'the image runs as root: it names no USER' : `the image runs as root: USER ${user}`,
    mend: 'End the Dockerfile with a user of its own, such as USER 1000.',
  };
}

function hasNoHealthCheck(facts: PolicyFacts): Found | null {
  const check = asObject(asObject(facts.config['config'])['Healthcheck'])['Test'];
  const isThere = Array.isArray(check) && check.length > 0 && check[0] !== 'NONE';
  if (isThere || facts.isReadyByPath) return null;
  return {
    line: (lastOf(facts, 'HEALTHCHECK') ?? lastOf(facts, 'FROM'))?.line ?? null,
    message: 'nobody can tell whether a container of the image is well: it has no HEALTHCHECK',
    mend: 'Add a HEALTHCHECK, or a ready path to each process with traffic.',
  };
}

const daySeconds = 86_400;

function hasOldBase(facts: PolicyFacts, { maxBaseAgeDays }: PolicyRules): Found | null {
  const base = chain(facts).at(-1)?.base ?? null;
  if (base === 'scratch') return null;
  const made = baseDate(facts.config, facts.epochSeconds);
  const days = Math.floor((facts.nowSeconds - made) / daySeconds);
  if (days <= maxBaseAgeDays) return null;
  const when = new Date(made * 1_000).toISOString().slice(0, 10);
  return {
    line: chain(facts).at(-1)?.from.line ?? null,
    message: `the base image${base === null ? '' : ` ${base}`} is of ${when}, ${days} days old (limit ${maxBaseAgeDays})`,
    mend: 'Take a newer one, or build again on what the name stands for today.',
  };
}

/**
 * When the base image was made, in seconds: the newest step of the history from before the commit.
 *
 * Steps of the build itself carry the date of the commit; without an older one the base is newer than that.
 */
export function baseDate(config: Readonly<Record<string, unknown>>, epochSeconds: number): number {
  const history = Array.isArray(config['history']) ? (config['history'] as readonly unknown[]) : [];
  const dates = history
    .map((step) => asObject(step)['created'])
    .map((created) => Math.floor(Date.parse(typeof created === 'string' ? created : '') / 1_000))
    .filter((seconds) => seconds < epochSeconds);
  return dates.length === 0 ? epochSeconds : Math.max(...dates);
}

const chain = ({ dockerfile, args, target }: PolicyFacts) =>
  dockerfile === null ? [] : chainOf(stagesOf(dockerfile.text, args), target);

/** The last such instruction of the image, looked for from its own stage down to those that it stands on. */
function lastOf(facts: PolicyFacts, name: string): Instruction | null {
  for (const stage of chain(facts)) {
    const found = name === 'FROM' ? stage.from : stage.instructions.findLast((one) => one.name === name);
    if (found !== undefined) return found;
  }
  return null;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
