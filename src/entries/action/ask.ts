import { readFile } from 'node:fs/promises';
import { readEvent, type WorkflowEvent } from '../../domain/trust/event.ts';
import { judgeTrust } from '../../domain/trust/judge.ts';
import { reachOf } from '../../domain/trust/reach.ts';
import { GateFailed } from '../../errors.ts';
import { parseArguments } from '../cli/arguments.ts';
import type { Run } from '../cli/context.ts';
import type { ActionInputs } from './read-inputs.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The inputs as the arguments that the command line would take: every value is one argument. */
export function argumentsOf(inputs: ActionInputs): readonly string[] {
  const value = (flag: string, given: string | null) => (given === null ? [] : [`--${flag}=${given}`]);
  return [
    ...value('directory', inputs.directory),
    ...value('config', inputs.config),
    ...value('env', inputs.environment),
    ...(inputs.dryRun ? ['--dry-run'] : []),
    ...(inputs.verbose ? ['--verbose'] : []),
    inputs.command,
    ...(inputs.wait ? [] : ['--no-wait']),
    ...inputs.args,
  ];
}

/**
 * What the step is to run, if the event that started it may ask for that.
 *
 * Throws ConfigError as the command line does, and GateFailed `EVENT_REFUSED`.
 */
export function askedRun(inputs: ActionInputs, event: WorkflowEvent): Run {
  const invocation = parseArguments(argumentsOf(inputs));
  if (invocation.kind !== 'run') throw refused(inputs, event, 'help is for people', 'Take --help out of args.');
  const { command, positionals, globals } = invocation;
  const trust = judgeTrust(event, reachOf(command.name, positionals, globals['dry-run'] === true));
  if (!trust.isAllowed) throw refused(inputs, event, trust.reason, trust.hint);
  return invocation;
}

function refused({ command }: ActionInputs, { name }: WorkflowEvent, reason: string, hint: string): GateFailed {
  const what = name === '' ? 'this event' : `the event ${name}`;
  return new GateFailed('EVENT_REFUSED', `fairway ${command} is refused for ${what}: ${reason}.`, {
    hint,
    facts: { event: name },
  });
}

/** The event of this run; a payload that cannot be read says nothing, and then the trust matrix refuses what it must. */
export async function currentEvent(env: Environment): Promise<WorkflowEvent> {
  const path = env['GITHUB_EVENT_PATH'] ?? '';
  const payload: unknown =
    path === ''
      ? null
      : await readFile(path, 'utf8')
          .then(JSON.parse)
          .catch(() => null);
  return readEvent(env['GITHUB_EVENT_NAME'] ?? '', env['GITHUB_REPOSITORY'] ?? null, payload);
}
