import { runChecks } from '../../../checks/run.ts';
import { ConfigError, GateFailed, Inconclusive } from '../../../errors.ts';
import { stage } from '../../../stages/stage.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** The smoke checks against what serves now. */
export const run: CommandBody = async (context) => {
  const { scope, config, world } = await openProject(context);
  const status = await existingAgent(context, (agent) => statusOf(agent, scope));
  const url = status?.stable == null ? null : status.url;
  if (url === null) {
    throw new ConfigError('NOTHING_RUNS', `${scope.app}/${scope.environment}: no release serves here`, {
      hint: 'run "fairway deploy" or "fairway ship" first',
    });
  }
  const report = await stage('smoke', `${config.smoke.checks.length} checks against ${url}`, world, async (note) => {
    const report = await runChecks(
      config.smoke.checks,
      { baseUrl: url },
      { deadlineMs: config.smoke.deadline, signal: context.signal },
      world,
    );
    for (const check of report.checks) if (check.kind !== 'pass') note(`${check.name}: ${check.reason}`);
    const passed = report.checks.filter(({ kind }) => kind === 'pass').length;
    const summary = `${passed} of ${report.checks.length} checks pass`;
    return {
      value: report,
      summary,
      outcome: report.verdict === 'pass' ? 'ok' : report.verdict === 'fail' ? 'refused' : 'inconclusive',
    };
  });
  const result = { ...scope, url, verdict: report.verdict, checks: report.checks };
  const bad = report.checks.flatMap((check) => (check.kind === 'pass' ? [] : [`${check.name}: ${check.reason}`]));
  if (report.verdict === 'fail')
    return {
      error: new GateFailed('SMOKE_FAILED', `${url} does not pass its smoke checks: ${bad.join('; ')}`),
      result,
    };
  if (report.verdict === 'inconclusive')
    return {
      error: new Inconclusive('SMOKE_INCONCLUSIVE', `nobody can tell whether ${url} is well: ${bad.join('; ')}`),
      result,
    };
  return { outcome: 'ok', code: 'SMOKE_PASSED', result, summary: [`${url} passes ${report.checks.length} checks`] };
};
