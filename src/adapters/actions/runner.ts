import { saveState, setOutput } from '@actions/core';
import { harmless, harmlessLines } from '../../domain/report/harmless.ts';
import { formsOf } from '../../domain/secrets/forms.ts';
import type { Annotation } from '../../domain/summary/annotations.ts';
import { runnerCommand } from './commands.ts';
import { appendSummary } from './summary-file.ts';
import { guardStreams, type LogStream } from './log-guard.ts';

/** GitHub's runner, as a step talks to it. What cannot be told is answered with a sentence, never thrown. */
export interface Runner {
  /** Hide a value, its lines and its encodings from the log. */
  hide(secret: string): void;
  annotate(annotation: Annotation): void;
  /** Null, or why it could not be set. */
  output(name: string, value: string): string | null;
  /** For the post step of this step. */
  state(name: string, value: string): string | null;
  summary(page: string): string | null;
  /** Let go of the streams. */
  end(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The runner would hide every place where such a short text stands. */
const shortestHidden = 4;

/**
 * From now on nothing that this process writes is a command, but for what is said through the answer.
 *
 * `env` is this process's own: the toolkit looks there for the files of the runner.
 */
export function actionsRunner(env: Environment, stdout: LogStream, stderr: LogStream): Runner {
  const guard = guardStreams(stdout, [stderr]);
  const hidden = new Set<string>();
  const attempt = (variable: string, write: (file: string) => void): string | null => {
    const file = env[variable] ?? '';
    if (file === '') return `${variable} is not set`;
    try {
      write(file);
      return null;
    } catch (error) {
      return `${variable}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  return {
    hide(secret) {
      const forms = [...formsOf(secret), ...secret.split(/\r?\n/).map((line) => line.trim())];
      for (const form of forms) {
        if (form.length < shortestHidden || hidden.has(form)) continue;
        hidden.add(form);
        guard.command(runnerCommand('add-mask', {}, form));
      }
    },
    annotate({ level, title, message, file, line, column }) {
      const text = harmlessLines(message).join('\n');
      const place = { file: file === null ? null : harmless(file), line, col: column };
      guard.command(runnerCommand(level, { title: harmless(title), ...place }, text));
    },
    output: (name, value) => attempt('GITHUB_OUTPUT', () => setOutput(name, value)),
    state: (name, value) => attempt('GITHUB_STATE', () => saveState(name, value)),
    summary: (page) => attempt('GITHUB_STEP_SUMMARY', (file) => appendSummary(file, page)),
    end: () => guard.end(),
  };
}
