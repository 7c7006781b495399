import type { Finding } from './explain.ts';
import type { Path } from './path.ts';
import type { Config } from './schema.ts';

/** What the schema cannot say: how the sections of one environment fit together. */
export function broken(config: Config): readonly Finding[] {
  return [
    ...processRules(config),
    ...placeRules(config),
    ...stepRules(config),
    ...databaseRules(config),
    ...variableRules(config),
  ];
}

const at = (path: Path, message: string, value?: unknown): Finding => ({
  path,
  at: 'value',
  message,
  ...(value === undefined ? {} : { value }),
});

function processRules(config: Config): readonly Finding[] {
  const processes = Object.entries(config.processes);
  const serving = processes.filter(([, process]) => process.traffic).map(([name]) => name);
  const findings = processes
    .filter(([, process]) => process.traffic && process.singleton)
    .map(([name]) =>
      at(
        ['processes', name, 'singleton'],
        'a process with traffic runs in both releases during a rollout: not a singleton',
      ),
    );
  if (config.target === undefined) return findings;
  if (processes.length === 0) {
    return [
      { path: ['processes'], at: 'missing', message: 'is missing: a target needs at least the process that answers' },
    ];
  }
  const { strategy } = config.deploy;
  if (serving.length === 0 && strategy === 'rolling') return findings;
  if (serving.length > 0 && strategy === 'rolling') {
    return [
      ...findings,
      at(['deploy', 'strategy'], `rolling is for workers only, and ${serving[0]} takes traffic`, strategy),
    ];
  }
  if (strategy === 'recreate' && config.proxy?.type === 'nginx') {
    return [
      ...findings,
      at(['deploy', 'strategy'], 'nginx shows no maintenance page: use "proxy: { type: haproxy }"', strategy),
    ];
  }
  if (serving.length === 1) return findings;
  const [first, second] = serving;
  if (first === undefined || second === undefined) {
    return [...findings, at(['processes'], 'exactly one process takes traffic: give one of them "traffic: true"')];
  }
  const message = `exactly one process takes traffic: ${serving.join(', ')} do`;
  return [...findings, at(['processes', second, 'traffic'], message, true)];
}

/** What runs beside an agent in a container must be a container itself, or it would end with it. */
function placeRules({ target, proxy, deploy }: Config): readonly Finding[] {
  if (target?.type !== 'docker') return [];
  const findings: Finding[] = [];
  if (target.hosts !== undefined && !deploy.wait) {
    findings.push(at(['deploy', 'wait'], 'several hosts are led by the command: it waits for them', deploy.wait));
  }
  if (target.hosts !== undefined && (deploy.strategy === 'recreate' || deploy.strategy === 'rolling')) {
    const message = 'several hosts are switched together, by canary or blue-green only';
    findings.push(at(['deploy', 'strategy'], message, deploy.strategy));
  }
  if (target.host !== undefined && target.hosts !== undefined) {
    findings.push(at(['target', 'host'], 'is given beside "hosts": keep one of them'));
  }
  if (target.agent === 'process') {
    if (target.hosts === undefined) return findings;
    return [...findings, at(['target', 'agent'], 'several hosts need an agent on each: leave "agent: process" out')];
  }
  const seen = target.certificates;
  for (const [i, source] of (proxy?.type === 'haproxy' ? (proxy.tls?.certificates ?? []) : []).entries()) {
    if (!source.startsWith('/') || (seen !== undefined && source.startsWith(`${seen}/`))) continue;
    const message =
      'an agent in a container does not see this file: name its folder under "target.certificates", or give env:NAME or file:PATH';
    findings.push(at(['proxy', 'tls', 'certificates', i], message, source));
  }
  if (proxy !== undefined && proxy.type !== 'haproxy') {
    const message = `an agent in a container needs a proxy in a container: use "type: haproxy", or "agent: process" in the target`;
    findings.push(at(['proxy', 'type'], message, proxy.type));
  }
  return findings;
}

function stepRules({ deploy }: Config): readonly Finding[] {
  const weights = deploy.steps.map((step) => (typeof step === 'number' ? step : step.weight));
  const findings = weights.flatMap((weight, i) => {
    const before = weights[i - 1];
    if (before === undefined || weight > before) return [];
    return [at(['deploy', 'steps', i], `steps rise: ${weight} comes after ${before}`, weight)];
  });
  const last = weights.at(-1);
  if (last === 100 || findings.length > 0) return findings;
  return [at(['deploy', 'steps', weights.length - 1], `the last step is 100: ${last} would leave two releases`, last)];
}

function databaseRules(config: Config): readonly Finding[] {
  const { migrations } = config;
  if (migrations === undefined) return [];
  if (config.database === undefined) {
    return [{ path: ['database'], at: 'missing', message: 'is missing: "migrations" needs a database' }];
  }
  if (migrations.tool === 'command' && migrations.up === undefined) {
    const message = 'is missing: tool "command" needs the command that migrates DATABASE_URL';
    return [{ path: ['migrations', 'up'], at: 'missing', message }];
  }
  if (migrations.program !== undefined && migrations.tool !== 'alembic') {
    return [at(['migrations', 'program'], `is for tool "alembic"; this is tool "${migrations.tool}"`)];
  }
  const own = ['up', 'down', 'status', 'files'] as const;
  return own
    .filter((key) => migrations.tool !== 'command' && migrations[key] !== undefined)
    .map((key) => at(['migrations', key], `is for tool "command"; this is tool "${migrations.tool}"`));
}

/** One name, one value: Fairway's own variables, the plain ones and the secrets do not hide each other. */
function variableRules(config: Config): readonly Finding[] {
  const findings = Object.keys(config.secrets)
    .filter((name) => Object.hasOwn(config.env, name))
    .map((name) => at(['env', name], 'is given under "secrets" too; keep one of them'));
  const own = new Map([['PORT', 'Fairway sets it to the port to listen on']]);
  if (config.database !== undefined) own.set(config.database.variable, 'Fairway sets it to the URL of the database');
  const places: readonly (readonly [Path, Readonly<Record<string, string>>])[] = [
    [['env'], config.env],
    [['secrets'], config.secrets],
    ...Object.entries(config.processes).map(([name, { env }]) => [['processes', name, 'env'], env] as const),
  ];
  for (const [path, variables] of places) {
    for (const name of Object.keys(variables)) {
      const why = own.get(name);
      if (why !== undefined) findings.push(at([...path, name], why));
    }
  }
  return findings;
}
