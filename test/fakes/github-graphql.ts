/** What GraphQL sees of issues and labels, and the two changes that a release makes to them. */
export interface GraphqlWorld {
  readonly comments: { issue: number; body: string; id?: number }[];
  readonly labels: { issue: number; name: string }[];
  readonly knownLabels: string[];
  readonly missingIssues: number[];
  readonly lockedIssues: number[];
  protection: { requiresSignatures: boolean; requiredApprovingReviewCount: number; viewerCanPush: boolean } | null;
}

interface Answer {
  readonly data: Record<string, unknown>;
  readonly errors?: readonly unknown[];
}

type Variables = Readonly<Record<string, string & readonly string[]>>;

/** Not GraphQL, but the few forms of it that our client writes; anything else is an error. */
export function answerGraphql(query: string, variables: Variables, world: GraphqlWorld): Answer {
  const declared = [...query.matchAll(/\$(\w+): /g)].map(([, name = '']) => name);
  const missing = declared.find((name) => variables[name] === undefined);
  if (missing !== undefined)
    return { data: {}, errors: [{ message: `Variable $${missing} was provided invalid value` }] };
  return query.startsWith('mutation') ? mutate(query, variables, world) : read(query, variables, world);
}

function read(query: string, variables: Variables, world: GraphqlWorld): Answer {
  const found: Record<string, unknown> = {};
  const errors: unknown[] = [];
  for (const [, alias = '', digits = ''] of query.matchAll(/(\w+): issueOrPullRequest\(number: (\d+)\)/g)) {
    const issue = Number(digits);
    const isMissing = world.missingIssues.includes(issue);
    if (isMissing) errors.push({ type: 'NOT_FOUND', path: ['repository', alias], message: `no issue ${issue}` });
    found[alias] = isMissing
      ? null
      : {
          id: `I_${issue}`,
          labels: { nodes: world.labels.filter((one) => one.issue === issue).map(({ name }) => ({ name })) },
          comments: { nodes: world.comments.filter((one) => one.issue === issue).map(({ body }) => ({ body })) },
        };
  }
  for (const [, alias = '', name = ''] of query.matchAll(/(\w+): label\(name: \$(\w+)\)/g)) {
    const wanted = variables[name] ?? '';
    found[alias] = world.knownLabels.includes(wanted) ? { id: `L_${wanted}` } : null;
  }
  if (query.includes('refUpdateRule')) found['ref'] = { refUpdateRule: world.protection };
  return { data: { repository: found }, ...(errors.length === 0 ? {} : { errors }) };
}

function mutate(query: string, variables: Variables, world: GraphqlWorld): Answer {
  const data: Record<string, unknown> = {};
  const errors: unknown[] = [];
  const issueOf = (name: string): number => Number((variables[name] ?? '').slice('I_'.length));
  for (const [, alias = '', kind = '', subject = ''] of query.matchAll(
    /(\w+): (addComment|addLabelsToLabelable)\(input: \{ (?:subjectId|labelableId): \$(\w+), /g,
  )) {
    const issue = issueOf(subject);
    data[alias] = null;
    if (kind === 'addComment' && world.lockedIssues.includes(issue)) {
      errors.push({ type: 'FORBIDDEN', path: [alias], message: 'the conversation is locked' });
      continue;
    }
    if (kind === 'addComment') world.comments.push({ issue, body: variables['body'] ?? '' });
    else for (const id of variables['labels'] ?? []) world.labels.push({ issue, name: id.slice('L_'.length) });
    data[alias] = { clientMutationId: null };
  }
  return { data, ...(errors.length === 0 ? {} : { errors }) };
}
