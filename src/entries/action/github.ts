import type { GitHubPages } from '../../adapters/actions/github-pages.ts';
import { FairwayError } from '../../errors.ts';
import { commentMarker, pullRequestComment } from '../../domain/summary/comment.ts';
import type { RunFacts } from '../../domain/summary/facts.ts';
import { rollbackIssue } from '../../domain/summary/issue.ts';
import { scanIssue } from '../../domain/summary/scan-issue.ts';
import { deniedAdvice } from '../../domain/trust/denied.ts';
import type { WorkflowEvent } from '../../domain/trust/event.ts';
import { permissionsOf, type Report } from '../../domain/trust/permissions.ts';
import { reachOf } from '../../domain/trust/reach.ts';
import type { RunEvent } from '../../ports.ts';
import type { Run } from '../cli/context.ts';
import { uploadSarif } from './code-scanning.ts';
import { closingState, collectingCommands, deployed, deploymentCommands, ends } from './deployment.ts';
import type { ActionInputs } from './read-inputs.ts';
import { runUrlOf } from './results.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a run tells GitHub beside its log. Nothing here changes how the run ends: what fails is a warning. */
export interface GitHub {
  /** Before the command: the deployment is in progress. */
  begin(saveState: (name: string, value: string) => void): Promise<void>;
  end(facts: RunFacts, events: readonly RunEvent[]): Promise<void>;
}

export interface GitHubOptions {
  readonly env: Environment;
  /** Empty without one. */
  readonly token: string;
  readonly inputs: ActionInputs;
  readonly run: Run;
  readonly event: WorkflowEvent;
  readonly warn: (text: string) => void;
}

export async function openGitHub(options: GitHubOptions): Promise<GitHub> {
  const { env, token, inputs, run, event, warn } = options;
  const command = run.command.name;
  const isDryRun = run.globals['dry-run'] === true;
  const reach = reachOf(command, run.positionals, isDryRun);
  const isDeploy = deploymentCommands.includes(command) && reach === 'touches';
  const collects = collectingCommands.includes(command) && reach === 'touches';
  const wants = (report: Report): boolean => inputs.report.includes(report);
  const pull = wants('comment') && event.name.startsWith('pull_request') ? event.pullRequest : null;
  // Of what is released: a branch tells about itself in its own pages.
  const scans = command === 'scan' && wants('issue') && /^(?:schedule|workflow_dispatch)$/.test(event.name);
  const pages =
    pull === null &&
    !scans &&
    !wants('code-scanning') &&
    !((isDeploy || collects) && (wants('deployment') || wants('issue')))
      ? null
      : await pagesOf(env, token);
  let deployment: number | null = null;
  let environment = inputs.environment ?? 'default';

  /** Say what is missing once for each thing, with the block that would give it. */
  const attempt = async (report: Report, what: string, doIt: (pages: GitHubPages) => Promise<void>): Promise<void> => {
    if (pages === null) return;
    try {
      await doIt(pages);
    } catch (error) {
      if (!(error instanceof FairwayError)) throw error;
      const needed = permissionsOf(command, reach, [...inputs.report, report]);
      warn(`${what}: ${error.message} ${deniedAdvice(error, needed, isFork(event))}`.trimEnd());
    }
  };

  return {
    async begin(saveState) {
      if (!isDeploy || !wants('deployment')) return;
      const commit = env['GITHUB_SHA'] ?? '';
      const found = await deployed(run, env);
      if (found === null || !/^[0-9a-f]{40,64}$/.test(commit)) return;
      environment = found;
      await attempt('deployment', 'the deployment is not shown on GitHub', async (github) => {
        const key = [env['GITHUB_RUN_ID'], env['GITHUB_JOB'], command, environment].join('/');
        deployment = await github.deployment({
          commit,
          environment,
          run: key,
          isProduction: /^prod(uction)?$/i.test(environment),
        });
        saveState('deployment', String(deployment));
        await github.deploymentState(deployment, 'in_progress', {
          description: `fairway ${command}`,
          environmentUrl: null,
          logUrl: runUrlOf(env),
        });
      });
    },
    async end(facts, events) {
      const runUrl = runUrlOf(env);
      if (pull !== null) {
        const marker = commentMarker(`${env['GITHUB_WORKFLOW'] ?? ''}/${env['GITHUB_JOB'] ?? ''}/${command}`);
        await attempt('comment', 'the pull request has no comment', async (github) => {
          await github.stickyComment(pull.number, marker, pullRequestComment(facts, events, { marker, runUrl }));
        });
      }
      if (collects) environment = (await deployed(run, env)) ?? environment;
      if (collects && wants('deployment')) {
        await attempt('deployment', 'the end of the deployment is not shown on GitHub', async (github) => {
          const last = await github.lastDeployment(environment);
          if (last !== null && ends(last.state, facts)) deployment = last.id;
        });
      }
      const id = deployment;
      if (id !== null) {
        await attempt('deployment', 'the end of the deployment is not shown on GitHub', async (github) => {
          for (const state of closingState(facts))
            await github.deploymentState(id, state.state, { ...state, logUrl: runUrl });
        });
      }
      if (wants('issue') && (isDeploy || collects) && /^rolled-back$|^rollback-failed$/.test(facts.document.outcome)) {
        const marker = commentMarker(`rollback/${environment}/${facts.commit ?? env['GITHUB_SHA'] ?? ''}`);
        await attempt('issue', 'there is no issue about the rollback', async (github) => {
          await github.issueOnce(marker, rollbackIssue(facts, { environment, marker, runUrl }));
        });
      }
      await attempt('code-scanning', 'code scanning has nothing of this run', async (github) => {
        await uploadSarif(run, inputs, { env, warn }, github);
      });
      const marker = commentMarker(`scan/${env['GITHUB_WORKFLOW'] ?? ''}`);
      const found = scans ? scanIssue(facts, { marker, runUrl }) : null;
      if (found !== null) {
        await attempt('issue', 'there is no issue about the scan', async (github) => {
          await github.stickyIssue(marker, found);
        });
      }
    },
  };
}

/** Null without what it takes to ask GitHub; the client is loaded by the first request. */
export async function pagesOf(env: Environment, token: string): Promise<GitHubPages | null> {
  const project = env['GITHUB_REPOSITORY'] ?? '';
  if (token === '' || !/^[^/\s]+\/[^/\s]+$/.test(project)) return null;
  const [{ githubCalls }, { githubPages }, { nodeClock }] = await Promise.all([
    import('../../adapters/forge/github.ts'),
    import('../../adapters/actions/github-pages.ts'),
    import('../../adapters/node/clock.ts'),
  ]);
  const apiUrl = env['GITHUB_API_URL'] || 'https://api.github.com';
  return githubPages(githubCalls({ project, token, apiUrl, clock: nodeClock(), timeoutMs: 15_000 }));
}

const isFork = ({ name, repository, headRepository }: WorkflowEvent): boolean =>
  name.startsWith('pull_request') && (headRepository ?? '') !== (repository ?? '');
