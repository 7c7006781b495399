import type { z } from 'zod';
import type { JsonSchema } from './describe.ts';
import { descriptionOf, knownKeys, pathsTo } from './known.ts';
import { nearest } from './nearest.ts';
import { dotted, type Path } from './path.ts';
import { secretReferencePattern } from './values.ts';

/** One thing wrong with the values of an environment, before anybody knows where it was written. */
export interface Finding {
  readonly path: Path;
  /** `missing`: nothing stands at the path. */
  readonly at: 'key' | 'value' | 'missing';
  readonly message: string;
  readonly value?: unknown;
  readonly choices?: readonly string[];
  readonly nearest?: string;
}

type Issue = z.core.$ZodIssue;

/** What the schema found, in our words. `value` is what was judged, `root` its JSON Schema. */
export function explain(issues: readonly Issue[], value: unknown, root: JsonSchema): readonly Finding[] {
  return issues.flatMap((issue) => explainOne(issue, [], value, root));
}

function explainOne(issue: Issue, above: Path, value: unknown, root: JsonSchema): readonly Finding[] {
  const path: Path = [...above, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, value, root));
  if (issue.code === 'invalid_key') {
    return [{ path, at: 'key', message: issue.issues[0]?.message ?? 'is not a key that can stand here' }];
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && isOwnWords(issue.message)) {
    return likeliest(issue.errors).flatMap((inner) => explainOne(inner, path, value, root));
  }
  if (issue.input === undefined && issue.code !== 'custom') return [missing(issue, path, value, root)];
  if (issue.code === 'invalid_union' && 'options' in issue) return [notAChoice(path, issue)];
  if (issue.code === 'invalid_value') return [notOneOf(path, issue.input, issue.values)];
  const shown = showable(issue) ? { value: issue.input } : {};
  return [{ path, at: 'value', message: sentenceOf(issue), ...shown }];
}

function unknownKey(above: Path, key: string, value: unknown, root: JsonSchema): Finding {
  const choices = knownKeys(root, value, above);
  const meant = nearest(key, choices);
  const elsewhere = pathsTo(root, key).map(dotted);
  const advice =
    meant !== null
      ? `did you mean "${meant}"?`
      : elsewhere.length > 0
        ? `it belongs to ${elsewhere.slice(0, 3).join(' or ')}`
        : `known here: ${choices.join(', ')}`;
  return {
    path: [...above, key],
    at: 'key',
    message: `is not known here; ${advice}`,
    choices,
    ...(meant === null ? {} : { nearest: meant }),
  };
}

function missing(issue: Issue, path: Path, value: unknown, root: JsonSchema): Finding {
  const choices = choicesOf(issue);
  const about = descriptionOf(root, value, path);
  const what =
    choices.length > 0
      ? `: one of ${choices.join(', ')}`
      : about === null
        ? ''
        : `: ${about.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}`;
  return { path, at: 'missing', message: `is missing${what}`, ...(choices.length > 0 ? { choices } : {}) };
}

function choicesOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' && 'options' in issue ? (issue.options ?? []).map(String) : [];
}

function notAChoice(path: Path, issue: Issue & { readonly code: 'invalid_union' }): Finding {
  const key = path.at(-1);
  const input = issue.input as Readonly<Record<string, unknown>> | null;
  const given = key === undefined || typeof input !== 'object' || input === null ? undefined : input[key];
  const choices = choicesOf(issue);
  if (given !== undefined) return notOneOf(path, given, choices);
  return { path, at: 'missing', message: `is missing: one of ${choices.join(', ')}`, choices };
}

function notOneOf(path: Path, given: unknown, values: readonly unknown[]): Finding {
  const choices = values.map(String);
  const meant = typeof given === 'string' ? nearest(given, choices) : null;
  const expected = choices.length === 1 ? `expected ${choices[0]}` : `expected one of ${choices.join(', ')}`;
  const message = `${expected}; got ${show(given)}${meant === null ? '' : `; did you mean "${meant}"?`}`;
  return { path, at: 'value', message, value: given, choices, ...(meant === null ? {} : { nearest: meant }) };
}

/** Of the alternatives of a union, the one that the input came closest to: its problems lie deepest. */
function likeliest(errors: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number =>
    Math.max(...issues.map((issue) => (issue.code === 'invalid_type' ? 0 : 1) + issue.path.length));
  return errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
}

/** False for a sentence that our schema wrote itself. */
function isOwnWords(message: string): boolean {
  return /^(Invalid|Too|Unrecognized)\b/.test(message);
}

function sentenceOf(issue: Issue): string {
  const got = showable(issue) ? `; got ${show(issue.input)}` : '';
  if (!isOwnWords(issue.message)) return `${issue.message}${got}`;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${nameOfType(issue.expected)}${got}`;
    case 'too_small':
      return isNumber(issue) ? `must be at least ${issue.minimum}${got}` : 'must not be empty';
    case 'too_big':
      return isNumber(issue) ? `must be at most ${issue.maximum}${got}` : `holds more than ${issue.maximum}`;
    case 'invalid_format':
      if (issue.format === 'starts_with')
        return `must begin with "${'prefix' in issue ? String(issue.prefix) : ''}"${got}`;
      return `is not written as expected${'pattern' in issue ? ` (${issue.pattern})` : ''}${got}`;
    default:
      return `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}${got}`;
  }
}

function isNumber(issue: { readonly origin: string }): boolean {
  return ['number', 'int', 'bigint'].includes(issue.origin);
}

function nameOfType(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    boolean: 'true or false',
    int: 'a whole number',
    number: 'a number',
  };
  return names[expected] ?? expected;
}

/** What stands where a reference to a secret belongs may be the secret itself. */
function showable(issue: Issue): boolean {
  if (issue.input === undefined) return false;
  if (issue.code === 'invalid_format' && 'pattern' in issue && issue.pattern === String(secretReferencePattern))
    return false;
  return !issue.path.some((part) => /secret|password|token|url/i.test(String(part)));
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
