import { duration } from '../../../config/values.ts';
import { requestsText } from '../../../domain/analysis/words.ts';
import type { Watch } from '../../../domain/rollout/watch.ts';
import { ConfigError } from '../../../errors.ts';
import { errorOf } from '../../../stages/follow.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** Have the agent watch, or collect what it saw. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const wanted = context.flags['for'];
  if (typeof wanted === 'string') {
    const forMs = durationOf(wanted);
    const begun = await existingAgent(context, (agent) => agent.request({ type: 'watch', ...scope, forMs }));
    if (begun !== null) {
      const { version, until } = begun;
      return {
        outcome: 'running',
        code: 'WATCHING',
        result: { ...scope, version, until },
        summary: [`the agent watches ${version} until ${until}`, 'what it saw: fairway watch'],
      };
    }
  }
  const watch = (await existingAgent(context, (agent) => statusOf(agent, scope)))?.watch ?? null;
  if (watch === null) {
    return { outcome: 'ok', code: 'NOT_WATCHED', result: { ...scope, watch }, summary: ['nothing was watched here'] };
  }
  const result = { ...scope, watch };
  const { end } = watch;
  if (end === null) return { outcome: 'running', code: 'WATCHING', result, summary: soFar(watch) };
  const error = errorOf({ ...end, durationMs: 0, holdMs: 0 }, false);
  return error === null ? { outcome: 'ok', code: end.code, result, summary: [end.message] } : { error, result };
};

function soFar({ version, until, seen, doubts }: Watch): readonly string[] {
  const said = `${version} is watched until ${until}: ${seen.errors} of ${requestsText(seen.requests)} failed so far`;
  return [said, ...doubts.map(({ at, reason }) => `${at}: ${reason}`)];
}

function durationOf(text: string): number {
  const parsed = duration.safeParse(text);
  if (parsed.success && parsed.data > 0) return parsed.data;
  const message = parsed.success ? 'expected a duration above 0' : (parsed.error.issues[0]?.message ?? 'is wrong');
  throw new ConfigError('BAD_DURATION', `--for: ${message}`, { problems: [{ path: '--for', message, value: text }] });
}
