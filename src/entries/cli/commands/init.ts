import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { proposeConfig } from '../../../domain/init/propose.ts';
import { githubWorkflow, gitlabPipeline, type WorkflowFile } from '../../../domain/init/workflows.ts';
import { ConfigError } from '../../../errors.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { loadConfiguration } from '../configuration.ts';

/** Write a first fairway.yml, and with `--ci` a workflow; nothing that is there is overwritten. */
export const run: CommandBody = async (context) => {
  const { directory, flags, dryRun } = context;
  const ci = flags['ci'];
  const written: WorkflowFile[] = [];
  const said: string[] = [];
  const hasConfig = await exists(join(directory, 'fairway.yml'));
  if (hasConfig && ci === undefined) throw taken('fairway.yml');
  if (!hasConfig) {
    const { text, choices } = proposeConfig(await look(directory));
    written.push({ path: 'fairway.yml', text });
    said.push(...choices.map(({ what, why }) => `  ${what}: ${why}`));
  }
  if (ci !== undefined) {
    const file = await pipeline(context, ci === 'gitlab' ? 'gitlab' : 'github');
    if (await exists(join(directory, file.path))) throw taken(file.path);
    written.push(file);
  }
  for (const { path, text } of dryRun ? [] : written) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, { flag: 'wx' });
  }
  if (!dryRun) await loadConfiguration(context);
  const paths = written.map(({ path }) => path);
  return {
    outcome: dryRun ? 'planned' : 'ok',
    code: 'INITIALIZED',
    result: { files: written },
    summary: [
      `${dryRun ? 'would write' : 'wrote'} ${paths.join(', ')}`,
      ...said,
      ...(dryRun ? written.flatMap(({ path, text }) => ['', `${path}:`, ...text.split('\n')]) : []),
      'next: read it, correct what is wrong, then "fairway check"',
    ],
  };
};

async function pipeline({ directory, flags }: CommandContext, ci: 'github' | 'gitlab'): Promise<WorkflowFile> {
  const branch = await currentBranch(directory);
  if (ci === 'gitlab') return gitlabPipeline({ branch });
  const action = flags['action'];
  if (typeof action !== 'string' || !/^[\w.-]+\/[\w.-]+@[\w./-]+$/.test(action)) {
    throw new ConfigError('COMMAND_LINE_INVALID', 'The workflow must name the Action that it uses.', {
      problems: [{ path: '--action', message: 'expected OWNER/NAME@REF, best with the 40 digits of a commit as REF' }],
    });
  }
  return githubWorkflow({ action, branch });
}

async function currentBranch(directory: string): Promise<string> {
  const name = await promisify(execFile)('git', ['symbolic-ref', '--short', 'HEAD'], {
    cwd: directory,
    timeout: 10_000,
  }).then(
    ({ stdout }) => stdout.trim(),
    () => 'main',
  );
  return /^[\w][\w./-]*$/.test(name) ? name : 'main';
}

const skipped = new Set(['node_modules', '.git', 'dist', 'build', '.venv', 'vendor']);

/** Two levels of folders are enough to know a project by. */
async function look(directory: string) {
  const paths: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue;
    if (entry.isFile()) paths.push(entry.name);
    if (!entry.isDirectory()) continue;
    const below = await readdir(join(directory, entry.name), { withFileTypes: true }).catch(() => []);
    paths.push(...below.slice(0, 200).flatMap((one) => (one.isFile() ? [`${entry.name}/${one.name}`] : [])));
  }
  const packageJson = await readFile(join(directory, 'package.json'), 'utf8').catch(() => null);
  return { folder: basename(directory), paths, packageJson };
}

const exists = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  );

function taken(path: string): ConfigError {
  return new ConfigError('FILE_EXISTS', `${path} is there already, and nothing is overwritten.`, {
    hint: '"fairway init --dry-run" in an empty folder shows what would be written.',
    problems: [{ path, message: 'is there already' }],
  });
}
