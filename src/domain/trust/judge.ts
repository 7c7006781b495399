import type { WorkflowEvent } from './event.ts';
import type { Reach } from './reach.ts';

export type Trust =
  | { readonly isAllowed: true }
  | { readonly isAllowed: false; readonly reason: string; readonly hint: string };

const allowed: Trust = { isAllowed: true };

const refused = (reason: string, hint: string): Trust => ({ isAllowed: false, reason, hint });

/** Started by somebody who can write to the repository, on what is in it. */
const trusted: readonly string[] = [
  'push',
  'workflow_dispatch',
  'repository_dispatch',
  'schedule',
  'release',
  'deployment',
  'merge_group',
];

const beforeMerge = 'Start it from push, workflow_dispatch or schedule instead; with dry-run it may plan here.';

/**
 * Whether a command may run for an event. Whatever is not known here is refused, and so is an event that does
 * not say what would be needed to know.
 */
export function judgeTrust(event: WorkflowEvent, reach: Reach): Trust {
  if (reach === 'local')
    return refused('this command is not for workflows', 'Run it with the command line on your machine.');
  switch (event.name) {
    case 'pull_request':
      return reach === 'touches' ? refused('a pull request is not merged yet', beforeMerge) : allowed;
    case 'pull_request_target':
      return ofPullRequestTarget(event, reach);
    case 'workflow_run':
      return ofWorkflowRun(event, reach);
    case 'merge_group':
      return reach === 'touches' ? refused('a merge group is not merged yet', beforeMerge) : allowed;
    case '':
      return refused('GITHUB_EVENT_NAME is not set, so nobody knows who started this', 'Run it in a GitHub workflow.');
    default:
      return trusted.includes(event.name)
        ? allowed
        : refused(
            `the event ${JSON.stringify(event.name)} may be started by anybody, or is not known`,
            `Known: ${[...trusted, 'pull_request', 'pull_request_target', 'workflow_run'].join(', ')}.`,
          );
  }
}

/** It runs with the secrets of the base repository while the change is anybody's. */
function ofPullRequestTarget(event: WorkflowEvent, reach: Reach): Trust {
  if (reach === 'touches') return refused('a pull request is not merged yet', beforeMerge);
  if (reach === 'reads' || isOwn(event)) return allowed;
  return refused(
    `the change comes from ${event.headRepository ?? 'a repository that the event does not name'}, and this event has our secrets`,
    'Use pull_request: it runs the same without secrets and with a token that only reads.',
  );
}

function ofWorkflowRun(event: WorkflowEvent, reach: Reach): Trust {
  if (reach === 'reads') return allowed;
  const isPull = event.parentEvent === null || event.parentEvent.startsWith('pull_request');
  if (isOwn(event) && !(reach === 'touches' && isPull)) return allowed;
  const from = isOwn(event)
    ? `the run before was started by ${event.parentEvent ?? 'an event that is not named'}`
    : `the run before belongs to ${event.headRepository ?? 'a repository that the event does not name'}`;
  return refused(from, 'Start it from push, workflow_dispatch or schedule instead.');
}

function isOwn({ repository, headRepository }: WorkflowEvent): boolean {
  return repository !== null && headRepository !== null && repository.toLowerCase() === headRepository.toLowerCase();
}
