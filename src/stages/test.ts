import type { Config } from '../config/schema.ts';
import { count } from '../domain/report/quantities.ts';
import type { BuiltArtifact, Engine } from '../engines/engine.ts';
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
}

export interface TestPorts extends StagePorts {
  readonly engine: Engine;
}

/**
 * Test what was built, in a copy of it: every command must succeed.
 *
 * Throws GateFailed `TESTS_FAILED`, `TESTS_TIMEOUT` and EnvironmentError `TOOL_MISSING`.
 */
export async function test(input: TestInput, ports: TestPorts): Promise<void> {
  const { config, artifact, commit, version, signal } = input;
  await stage('test', `Test ${version}`, ports, async (note) => {
    if (config.run.length === 0) return { value: undefined, summary: 'no tests are configured' };
    const result = await ports.engine.test({
      artifact,
      commit,
      version,
      run: config.run,
      env: config.env,
      timeoutMs: config.timeout,
      ...(signal === undefined ? {} : { signal }),
      onCommand: (argv) => note(`$ ${commandText(argv)}`),
      onLine: reportLines('test', ports.reporter),
    });
    if (result.kind === 'failed') {
      throw commandFailure(result.command, {
        codes: { failed: 'TESTS_FAILED', timedOut: 'TESTS_TIMEOUT' },
        section: 'test',
        commandCount: config.run.length,
        timeoutMs: config.timeout,
      });
    }
    return { value: undefined, summary: `${count(config.run.length, 'command')} passed` };
  });
}
