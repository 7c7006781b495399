import type { Config } from '../config/schema.ts';
import { count } from '../domain/report/quantities.ts';
import { namesOf, refusalOf, type TestRules, testsLine, type TestsSeen, testsSeen } from '../domain/tests/judge.ts';
import { combinationsOf, combinationText } from '../domain/tests/matrix.ts';
import { readTestReport } from '../domain/tests/read-report.ts';
import type { Coverage, TestCase } from '../domain/tests/report.ts';
import type { BuiltArtifact, Engine, FailedCommand, TestResult } from '../engines/engine.ts';
import { ConfigError, EnvironmentError, GateFailed } from '../errors.ts';
import { commandFailure } from './command-failure.ts';
import { commandText } from './command-text.ts';
import { reportLines } from './output-lines.ts';
import type { StagePorts } from './stage.ts';
import { stage } from './stage.ts';

export interface TestInput {
  readonly config: Config['test'];
  readonly artifact: BuiltArtifact;
  readonly commit: string;
  readonly version: string;
  readonly signal?: AbortSignal;
  /** Told what the reports say, also of tests that fail. */
  readonly onTests?: (seen: TestsSeen) => void;
}

export interface TestPorts extends StagePorts {
  readonly engine: Engine;
}

type Combination = Readonly<Record<string, string>>;

interface Ran {
  readonly combination: Combination;
  readonly result: TestResult;
}

/**
 * Test what was built, in a copy of it: every command must succeed, once for each combination of the matrix.
 *
 * Throws GateFailed `TESTS_FAILED`, `TESTS_TIMEOUT`, `REPORT_MISSING`, `REPORT_UNREADABLE`, `NO_TESTS_RAN`,
 * `CRITICAL_TESTS_MISSING`, `COVERAGE_TOO_LOW`, and what `Engine.test` throws.
 */
export async function test(input: TestInput, ports: TestPorts): Promise<void> {
  const { config, version } = input;
  await stage('test', `Test ${version}`, ports, async (note) => {
    if (config.run.length === 0) return { value: undefined, summary: 'no tests are configured' };
    const rules = rulesOf(config);
    const all = combinationsOf(config.matrix);
    const ran = await inParallel(all, config.parallel, async (combination) => ({
      combination,
      result: await runOnce(combination, input, ports, note),
    }));
    const seen = seenIn(ran, config, rules, ports);
    if (seen !== null) input.onTests?.(seen);
    const failed = ran.find(({ result }) => result.kind === 'failed');
    if (failed?.result.kind === 'failed') throw commandsFailed(failed.result.command, failed.combination, seen, config);
    const refusal = seen === null ? null : refusalOf(seen, rules);
    if (refusal !== null)
      throw new GateFailed(refusal.code, refusal.message, { hint: refusal.hint, facts: { tests: seen } });
    const times = all.length > 1 ? ` in ${all.length} combinations` : '';
    const told = seen === null ? '' : testsLine(seen);
    return {
      value: undefined,
      summary: `${count(config.run.length, 'command')} passed${times}${told === '' ? '' : `: ${told}`}`,
    };
  });
}

function rulesOf({ reports, coverage, critical }: Config['test']): TestRules {
  const expectsTests = reports.some(({ type }) => type === 'junit');
  if (critical.length > 0 && !expectsTests) {
    const message = 'names tests, and no report of the type junit says which ones ran';
    throw new ConfigError('CRITICAL_WITHOUT_REPORT', `test.critical ${message}`, {
      hint: 'Let the tests write one, and name it under test.reports.',
      problems: [{ path: 'test.critical', message }],
    });
  }
  return {
    expectsTests,
    expectsCoverage: reports.some(({ type }) => type !== 'junit'),
    minCoverage: coverage,
    critical,
  };
}

async function runOnce(
  combination: Combination,
  { config, artifact, commit, version, signal }: TestInput,
  { engine, reporter }: TestPorts,
  note: (text: string) => void,
): Promise<TestResult> {
  const text = combinationText(combination);
  const prefix = text === '' ? '' : `[${text}] `;
  const tell = reportLines('test', reporter);
  return await engine.test({
    artifact,
    commit,
    version,
    run: config.run,
    env: { ...config.env, ...combination },
    timeoutMs: config.timeout,
    reports: config.reports.map(({ path }) => path),
    services: config.services,
    ...(signal === undefined ? {} : { signal }),
    onCommand: (argv) => note(`${prefix}$ ${commandText(argv)}`),
    onLine: (stream, line) => tell(stream, `${prefix}${line}`),
  });
}

/** At most so many at a time; the first that throws ends it, when those beside it have ended. */
async function inParallel<T, R>(all: readonly T[], most: number, work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const waiting = [...all.entries()];
  const results: R[] = [];
  let failure: { readonly error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && failure === null; next = waiting.shift()) {
      try {
        results[next[0]] = await work(next[1]);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker));
  const { error } = (failure as { readonly error: unknown } | null) ?? {};
  if (failure !== null) throw error;
  return results;
}

/** What the reports of all combinations say together; null where none is declared. */
function seenIn(
  ran: readonly Ran[],
  config: Config['test'],
  rules: TestRules,
  { engine }: TestPorts,
): TestsSeen | null {
  if (config.reports.length === 0) return null;
  const cases: TestCase[] = [];
  const coverages: Coverage[] = [];
  for (const { combination, result } of ran) {
    if (result.reports === undefined) {
      throw new EnvironmentError(
        'REPORTS_UNREAD',
        `the engine "${engine.name}" does not bring the reports of tests back`,
        {
          hint: 'Take the engine docker or host for tests with reports.',
        },
      );
    }
    for (const { type, path } of config.reports) {
      const text = result.reports[path] ?? null;
      // Of a run that failed there may be half of a report or none: why it failed is told already.
      if (text === null && result.kind === 'failed') continue;
      if (text === null) throw noReport(path, combination);
      const read = readTestReport(type, text, result.root ?? '/');
      if (read.kind === 'tests') cases.push(...read.cases.map((one) => named(one, combination)));
      if (read.kind === 'coverage') coverages.push(read.coverage);
      if (read.kind === 'unreadable' && result.kind === 'passed') throw unreadable(type, path, read.why);
    }
  }
  return testsSeen(cases, coverages, rules);
}

function named(one: TestCase, combination: Combination): TestCase {
  const text = combinationText(combination);
  return text === '' || one.outcome !== 'failed' ? one : { ...one, message: `[${text}] ${one.message}` };
}

function noReport(path: string, combination: Combination): GateFailed {
  const text = combinationText(combination);
  return new GateFailed('REPORT_MISSING', `no command wrote the report ${path}${text === '' ? '' : ` (${text})`}`, {
    hint: 'Correct test.reports, or let the tests write it: its path is relative to the folder that they run in.',
  });
}

function unreadable(type: string, path: string, why: string): GateFailed {
  return new GateFailed('REPORT_UNREADABLE', `${path} is no report of the type ${type}: ${why}`, {
    hint: 'See what wrote it: without its report nobody knows what was tested.',
  });
}

function commandsFailed(
  command: FailedCommand,
  combination: Combination,
  seen: TestsSeen | null,
  config: Config['test'],
): GateFailed {
  const failure = commandFailure(command, {
    codes: { failed: 'TESTS_FAILED', timedOut: 'TESTS_TIMEOUT' },
    section: 'test',
    commandCount: config.run.length,
    timeoutMs: config.timeout,
  });
  const text = combinationText(combination);
  const names = seen === null ? '' : namesOf(seen);
  if (text === '' && names === '') return failure;
  const failed = names === '' ? '' : `\n${count(seen?.failed.length ?? 0, 'failed test')}:${names}`;
  return new GateFailed(failure.code, `${text === '' ? '' : `[${text}] `}${failure.message}${failed}`, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    facts: { ...failure.facts, ...(seen === null ? {} : { tests: seen }) },
  });
}
