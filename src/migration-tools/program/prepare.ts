import { EnvironmentError } from '../../errors.ts';
import type { ToolPorts, ToolSettings } from '../tool.ts';

const prepared = new Map<string, Promise<void>>();

/** Make a tree ready for its programs, once; throws EnvironmentError `MIGRATION_PREPARE_FAILED`. */
export async function prepareTree(tree: string, settings: ToolSettings, ports: ToolPorts): Promise<void> {
  const begun = prepared.get(tree) ?? prepareNow(tree, settings, ports);
  prepared.set(tree, begun);
  await begun;
}

async function prepareNow(
  tree: string,
  { prepare, env, commandTimeout }: ToolSettings,
  { exec, reporter }: ToolPorts,
): Promise<void> {
  for (const argv of prepare) {
    const result = await exec.run({
      argv,
      cwd: tree,
      env,
      timeoutMs: commandTimeout,
      onLine: (stream, line) => reporter.report({ type: 'output', stage: 'migrate', stream, line }),
    });
    if (result.ended === 'exited' && result.exitCode === 0) continue;
    const how = result.ended === 'exited' ? `exit code ${result.exitCode ?? result.signal}` : result.ended;
    const said = result.stderr.trim().split('\n').slice(-5).join('\n');
    throw new EnvironmentError('MIGRATION_PREPARE_FAILED', `${argv.join(' ')}: ${how}\n${said}`, {
      hint: 'migrations.prepare makes an export of the commit ready for the migration commands; no database was touched',
    });
  }
}
