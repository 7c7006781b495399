/** What a workflow event says about who started it; `null` where the event does not tell. */
export interface WorkflowEvent {
  /** `push`, `pull_request`: as GitHub names it. */
  readonly name: string;
  /** `owner/name` of the repository whose workflow runs. */
  readonly repository: string | null;
  /** `owner/name` of where the change comes from: pull requests and `workflow_run` only. */
  readonly headRepository: string | null;
  /** Of `workflow_run`: the event of the run before. */
  readonly parentEvent: string | null;
  /** Of pull requests. */
  readonly pullRequest: {
    readonly number: number;
    readonly title: string;
    readonly baseSha: string;
    readonly headSha: string;
  } | null;
}

/** Read the payload of an event; fields that are absent or of another type are null. */
export function readEvent(name: string, repository: string | null, payload: unknown): WorkflowEvent {
  const pull = field(payload, 'pull_request');
  const run = field(payload, 'workflow_run');
  const head = pull === null ? field(run, 'head_repository') : field(field(pull, 'head'), 'repo');
  const number = field(pull, 'number');
  return {
    name,
    repository: text(field(field(payload, 'repository'), 'full_name')) ?? repository,
    headRepository: text(field(head, 'full_name')),
    parentEvent: text(field(run, 'event')),
    pullRequest:
      typeof number === 'number'
        ? {
            number,
            title: text(field(pull, 'title')) ?? '',
            baseSha: text(field(field(pull, 'base'), 'sha')) ?? '',
            headSha: text(field(field(pull, 'head'), 'sha')) ?? '',
          }
        : null,
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  return (value as Record<string, unknown>)[name] ?? null;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
