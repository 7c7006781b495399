import { lookUp, parseJsonPath, sameJson } from './json-path.ts';

/** Both ends belong to it. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type TextExpectation =
  | { readonly equals: string }
  | { readonly contains: string }
  | { readonly matches: string }
  | { readonly exists: boolean };

export type JsonExpectation = { readonly equals: unknown } | { readonly exists: boolean };

/** What an answer must be like; all of it. */
export interface Expectation {
  readonly status: readonly StatusRange[];
  readonly contains: readonly string[];
  readonly matches: readonly string[];
  /** By path. */
  readonly json: Readonly<Record<string, JsonExpectation>>;
  /** By name, in any case. */
  readonly responseHeaders: Readonly<Record<string, TextExpectation>>;
  readonly maxLatency?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly durationMs: number;
}

/** The first thing about an answer that is not as expected, as a sentence; null when all is well. */
export function findFault(expected: Expectation, answer: Answer): string | null {
  return (
    statusFault(expected.status, answer) ??
    headersFault(expected.responseHeaders, answer.headers) ??
    bodyFault(expected, answer.body) ??
    jsonFault(expected.json, answer.body) ??
    latencyFault(expected.maxLatency, answer.durationMs)
  );
}

export function isIn(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(({ from, to }) => from <= status && status <= to);
}

function statusFault(ranges: readonly StatusRange[], { status, headers, body }: Answer): string | null {
  if (isIn(ranges, status)) return null;
  const wanted = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' or ');
  const { location } = headers;
  const redirect = status >= 300 && status < 400 && location !== undefined ? ` (redirect to ${location})` : '';
  const said = excerpt(/html/i.test(headers['content-type'] ?? '') ? titleOf(body) : body);
  return `answered ${status}${redirect}, expected ${wanted}${said === '' ? '' : `; it said: ${said}`}`;
}

function headersFault(
  expected: Expectation['responseHeaders'],
  headers: Readonly<Record<string, string>>,
): string | null {
  for (const [name, wanted] of Object.entries(expected)) {
    const fault = textFault(wanted, headers[name.toLowerCase()]);
    if (fault !== null) return `header ${name} ${fault}`;
  }
  return null;
}

function textFault(wanted: TextExpectation, value: string | undefined): string | null {
  if ('exists' in wanted) {
    if ((value !== undefined) === wanted.exists) return null;
    return wanted.exists ? 'is missing' : `is there (${excerpt(value ?? '')}) and should not be`;
  }
  if (value === undefined) return 'is missing';
  if ('equals' in wanted) return value === wanted.equals ? null : `is "${excerpt(value)}", expected "${wanted.equals}"`;
  if ('contains' in wanted) {
    return value.includes(wanted.contains) ? null : `is "${excerpt(value)}" and does not contain "${wanted.contains}"`;
  }
  return new RegExp(wanted.matches).test(value) ? null : `is "${excerpt(value)}" and does not match ${wanted.matches}`;
}

function bodyFault({ contains, matches }: Expectation, body: string): string | null {
  const missing = contains.find((text) => !body.includes(text));
  if (missing !== undefined) return `the body does not contain "${missing}"`;
  const unmatched = matches.find((pattern) => !new RegExp(pattern).test(body));
  return unmatched === undefined ? null : `the body does not match ${unmatched}`;
}

function jsonFault(expected: Expectation['json'], body: string): string | null {
  const wanted = Object.entries(expected);
  if (wanted.length === 0) return null;
  const parsed = parseJson(body);
  if (parsed === null) return `the body is not JSON: ${excerpt(body)}`;
  for (const [path, expectation] of wanted) {
    const fault = valueFault(expectation, lookUp(parsed.document, parseJsonPath(path) ?? []));
    if (fault !== null) return `${path} ${fault}`;
  }
  return null;
}

function valueFault(expectation: JsonExpectation, found: ReturnType<typeof lookUp>): string | null {
  if ('exists' in expectation) {
    if (found.found === expectation.exists) return null;
    return expectation.exists ? 'is missing' : 'is there and should not be';
  }
  const wanted = excerpt(JSON.stringify(expectation.equals));
  if (!found.found) return `is missing, expected ${wanted}`;
  return sameJson(found.value, expectation.equals)
    ? null
    : `is ${excerpt(JSON.stringify(found.value))}, expected ${wanted}`;
}

function latencyFault(maxMs: number | undefined, ms: number): string | null {
  return maxMs === undefined || ms <= maxMs ? null : `took ${Math.round(ms)} ms, at most ${maxMs} ms are allowed`;
}

function parseJson(text: string): { readonly document: unknown } | null {
  try {
    return { document: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Of a page its title: what stands before it says nothing to a person. */
function titleOf(page: string): string {
  return /<title[^>]*>([^<]*)</i.exec(page)?.[1] ?? page;
}

const excerptLength = 200;

/** One short line of a text that may be long, or a whole page. */
function excerpt(text: string): string {
  const line = text
    .slice(0, excerptLength * 4)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > excerptLength ? `${line.slice(0, excerptLength)}...` : line;
}
