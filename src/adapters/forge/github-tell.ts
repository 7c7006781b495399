import type { Clock, ForgeNote } from '../../ports.ts';
import type { GraphqlError } from './github-graphql.ts';
import { graphql } from './github-graphql.ts';
import type { Call } from './request.ts';
import { isAbsent } from './request.ts';
import { tellOneByOne } from './github-tell-singly.ts';

export interface Teller {
  readonly call: Call;
  readonly graphqlUrl: string;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** So many issues are asked, or told, with one request. */
export const batchSize = 20;
/** GitHub takes 80 writes a minute that notify somebody; a batch is 20 of them. */
export const pauseMs = 15_000;

interface Subject {
  readonly number: number;
  readonly id: string;
  readonly isTold: boolean;
  readonly hasLabels: boolean;
}

/** Ask first who is not told yet, then tell those; a server without GraphQL is told one by one. */
export async function tell(teller: Teller, issues: readonly number[], note: ForgeNote): Promise<readonly string[]> {
  const refused: string[] = [];
  let isFirst = true;
  for (let at = 0; at < issues.length; at += batchSize) {
    const batch = issues.slice(at, at + batchSize);
    const asked = await ask(teller, batch, note);
    if (asked === null) return [...refused, ...(await tellOneByOne(teller, issues.slice(at), note))];
    const open = asked.subjects.filter(({ isTold, hasLabels }) => !isTold || !hasLabels);
    if (open.length === 0) continue;
    if (!isFirst) await teller.clock.sleep(pauseMs);
    isFirst = false;
    const labels = await labelIds(teller, note.labels, asked.labels);
    refused.push(...(await write(teller, open, note, labels)));
  }
  return refused;
}

const subjectFields = 'id labels(first: 100) { nodes { name } } comments(last: 100) { nodes { body } }';

/** What the issues and labels are; null where the server knows no GraphQL. Unknown numbers are left out. */
async function ask(
  { call, graphqlUrl }: Teller,
  batch: readonly number[],
  { marker, text, labels }: ForgeNote,
): Promise<{ readonly subjects: readonly Subject[]; readonly labels: ReadonlyMap<string, string> } | null> {
  const fields = [
    ...batch.map(
      (number, at) =>
        `i${at}: issueOrPullRequest(number: ${number}) { ... on Issue { ${subjectFields} } ... on PullRequest { ${subjectFields} } }`,
    ),
    ...labels.map((_, at) => `l${at}: label(name: $l${at}) { id }`),
  ];
  const parameters = ['$owner: String!', '$repo: String!', ...labels.map((_, at) => `$l${at}: String!`)];
  const query = `query (${parameters.join(', ')}) { repository(owner: $owner, name: $repo) { ${fields.join(' ')} } }`;
  const variables = Object.fromEntries(labels.map((name, at) => [`l${at}`, name]));
  const answer = await graphql(call, graphqlUrl, query, variables).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (answer === null) return null;
  const found = (answer.data['repository'] ?? {}) as Readonly<Record<string, Node | null>>;
  const subjects = batch.flatMap((number, at): readonly Subject[] => {
    const node = found[`i${at}`];
    if (node === null || node === undefined) return [];
    const isTold = text === null || (node.comments?.nodes ?? []).some(({ body }) => body.includes(marker));
    const names = new Set((node.labels?.nodes ?? []).map(({ name }) => name.toLowerCase()));
    return [{ number, id: node.id, isTold, hasLabels: labels.every((label) => names.has(label.toLowerCase())) }];
  });
  const known = labels.flatMap((name, at) => {
    const id = found[`l${at}`]?.id;
    return id === undefined ? [] : [[name, id] as const];
  });
  return { subjects, labels: new Map(known) };
}

interface Node {
  readonly id: string;
  readonly labels?: { readonly nodes: readonly { readonly name: string }[] };
  readonly comments?: { readonly nodes: readonly { readonly body: string }[] };
}

async function labelIds(
  { call }: Teller,
  wanted: readonly string[],
  known: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of wanted) {
    const id = known.get(name);
    if (id !== undefined) ids.push(id);
    else {
      const { data } = await call('POST /repos/{owner}/{repo}/labels', { name, color: '0e8a16' });
      ids.push((data as { readonly node_id: string }).node_id);
    }
  }
  return ids;
}

/** All that is missing of a batch in one request; GitHub takes its fields in their order. */
async function write(
  { call, graphqlUrl }: Teller,
  open: readonly Subject[],
  { marker, text }: ForgeNote,
  labels: readonly string[],
): Promise<readonly string[]> {
  const fields = open.flatMap(({ isTold, hasLabels }, at) => [
    ...(isTold ? [] : [`c${at}: addComment(input: { subjectId: $s${at}, body: $body }) { clientMutationId }`]),
    ...(hasLabels
      ? []
      : [`l${at}: addLabelsToLabelable(input: { labelableId: $s${at}, labelIds: $labels }) { clientMutationId }`]),
  ]);
  const variables: Record<string, unknown> = Object.fromEntries(open.map(({ id }, at) => [`s${at}`, id]));
  const parameters = open.map((_, at) => `$s${at}: ID!`);
  if (open.some(({ isTold }) => !isTold)) {
    parameters.push('$body: String!');
    variables['body'] = `${text ?? ''}\n\n${marker}`;
  }
  if (open.some(({ hasLabels }) => !hasLabels)) {
    parameters.push('$labels: [ID!]!');
    variables['labels'] = labels;
  }
  const query = `mutation (${parameters.join(', ')}) { ${fields.join(' ')} }`;
  const { errors } = await graphql(call, graphqlUrl, query, variables);
  return errors.map((error) => refusal(error, open));
}

function refusal({ path, message }: GraphqlError, open: readonly Subject[]): string {
  const alias = String(path?.[0] ?? '');
  const subject = open[Number(alias.slice(1))];
  return subject === undefined ? message : `#${subject.number}: ${message}`;
}
