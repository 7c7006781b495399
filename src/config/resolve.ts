import { ConfigError, type Problem } from '../errors.ts';
import { configJsonSchema } from './describe.ts';
import { explain, type Finding } from './explain.ts';
import type { SourceDocument } from './load.ts';
import { overlay } from './merge.ts';
import { nearest } from './nearest.ts';
import { isPlainMap, type Path, type PlainMap, valueAt } from './path.ts';
import { presets } from './presets/index.ts';
import { located, unique } from './problems.ts';
import { broken } from './rules.ts';
import { type Config, configSchema, envelopeSchema, sectionNames } from './schema.ts';

export interface Resolved {
  readonly config: Config;
  readonly environment: string;
  /** All environments that the file knows, the default one first. */
  readonly environments: readonly string[];
}

/** An environment that was asked for, and by what. */
export interface Asked {
  readonly name: string;
  readonly by: '--env' | 'FAIRWAY_ENV';
}

/** What a command line says goes before what the environment says; an empty variable says nothing. */
export function askedEnvironment(flag: string | undefined, variable: string | undefined): Asked | null {
  if (flag !== undefined) return { name: flag, by: '--env' };
  return variable === undefined || variable === '' ? null : { name: variable, by: 'FAIRWAY_ENV' };
}

/**
 * What one environment runs with: defaults < preset < file < its overlay.
 *
 * Every environment of the file is judged, not only the one asked for: a mistake in `production` is told
 * on the laptop. Throws ConfigError `CONFIG_INVALID` with all problems, or `ENVIRONMENT_UNKNOWN`.
 */
export function resolveConfig(source: SourceDocument, asked: Asked | null): Resolved {
  const { $schema, extends: preset, environment, environments, ...own } = source.value;
  const below = typeof preset === 'string' && Object.hasOwn(presets, preset) ? presets[preset as never] : {};
  const base = overlay(below, own);
  const given = Object.fromEntries(
    Object.entries({ $schema, extends: preset, environment, environments }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  );
  const envelope = envelopeSchema.safeParse(given, { reportInput: true });
  if (!envelope.success) {
    // The environments cannot be told apart; what the base says is still worth judging.
    const { findings } = judge(base);
    const all = [...explain(envelope.error.issues, given, configJsonSchema()), ...findings];
    throw invalid(
      source,
      all.map((finding) => located(finding, source, null)),
    );
  }

  const byDefault = envelope.data.environment;
  const overlays = Object.entries(envelope.data.environments);
  const known = [...new Set([byDefault, ...overlays.map(([name]) => name)])];
  const chosen = asked?.name ?? byDefault;
  if (!known.includes(chosen)) throw unknownEnvironment(source, asked, known);

  const judged = new Map(
    [...new Set([chosen, ...overlays.map(([name]) => name)])].map((name) => {
      const over = valueAt(envelope.data.environments, [name]);
      return [name, judge(overlay(base, sectionsOf(over)), strangers(over))] as const;
    }),
  );
  const problems = [...judged].flatMap(([name, { findings }]) =>
    findings.map((finding) => located(finding, source, name)),
  );
  const config = judged.get(chosen)?.config;
  if (problems.length > 0 || config === undefined) throw invalid(source, problems);
  return { config, environment: chosen, environments: known };
}

function judge(
  value: PlainMap,
  before: readonly Finding[] = [],
): { readonly config?: Config; readonly findings: readonly Finding[] } {
  const parsed = configSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { findings: [...before, ...explain(parsed.error.issues, value, configJsonSchema())] };
  return { config: withEnvironment(parsed.data), findings: [...before, ...broken(parsed.data)] };
}

/** Commands of migrations run with the environment of the processes, and their own on top. */
function withEnvironment(config: Config): Config {
  const { env, migrations } = config;
  return migrations === undefined
    ? config
    : { ...config, migrations: { ...migrations, env: { ...env, ...migrations.env } } };
}

function sectionsOf(over: unknown): PlainMap {
  if (!isPlainMap(over)) return {};
  return Object.fromEntries(Object.entries(over).filter(([key]) => sectionNames.includes(key)));
}

/** Keys of an overlay that are no sections: unknown ones, and what only the file itself may say. */
function strangers(over: unknown): readonly Finding[] {
  const keys = isPlainMap(over) ? Object.keys(over).filter((key) => !sectionNames.includes(key)) : [];
  return keys.map((key) => {
    const meant = nearest(key, sectionNames);
    const own =
      key === 'app' || key === 'environment' || key === 'environments' || key === 'extends' || key === '$schema';
    const advice = meant === null ? `known here: ${sectionNames.join(', ')}` : `did you mean "${meant}"?`;
    const message = own
      ? 'is the same for all environments: it stands at the top of the file'
      : `is not known here; ${advice}`;
    const path: Path = [key];
    return { path, at: 'key', message, choices: sectionNames, ...(meant === null || own ? {} : { nearest: meant }) };
  });
}

function invalid(source: SourceDocument, problems: readonly Problem[]): ConfigError {
  const all = unique(problems);
  const many = all.length === 1 ? 'a problem' : `${all.length} problems`;
  return new ConfigError('CONFIG_INVALID', `${source.file} has ${many}.`, { problems: all });
}

function unknownEnvironment(source: SourceDocument, asked: Asked | null, known: readonly string[]): ConfigError {
  const name = asked?.name ?? '';
  const meant = nearest(name, known);
  const advice =
    meant === null ? `known: ${known.join(', ')}` : `did you mean "${meant}"? (known: ${known.join(', ')})`;
  const problem: Problem = {
    path: asked?.by ?? '--env',
    message: `${JSON.stringify(name)} is no environment of ${source.file}; ${advice}`,
    value: name,
    choices: known,
    ...(meant === null ? {} : { nearest: meant }),
  };
  return new ConfigError('ENVIRONMENT_UNKNOWN', `There is no environment ${JSON.stringify(name)}.`, {
    problems: [problem],
    hint: `Name one of ${known.join(', ')}, or add it under "environments" in ${source.file}.`,
  });
}
