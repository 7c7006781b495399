import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../../scripts/build.ts';
import { runStep, type Step } from '../../harness/runner.ts';

const root = join(import.meta.dirname, '../../..');

/** A repository with the built action beside it, as a job finds them. */
export interface Stage {
  readonly folder: string;
  readonly action: string;
  readonly workspace: string;
  readonly temp: string;
  write(path: string, content: string): void;
  commit(message: string): string;
  /** False when git does not take it. */
  git(...args: readonly string[]): boolean;
  step(step: Omit<Step, 'action' | 'workspace' | 'temp'>): ReturnType<typeof runStep>;
  close(): void;
}

const identity = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@b.example',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@b.example',
};

export async function openStage(workspaceName = 'work space'): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-action-'));
  const [action, workspace, temp] = [join(folder, 'action'), join(folder, workspaceName), join(folder, 'temp')];
  for (const path of [action, workspace, temp]) mkdirSync(path, { recursive: true });
  await build(join(action, 'dist'));
  for (const file of ['action.yml', 'package.json']) copyFileSync(join(root, file), join(action, file));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', [...args], {
      cwd: workspace,
      env: { ...process.env, ...identity },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    folder,
    action,
    workspace,
    temp,
    write(path, content) {
      mkdirSync(join(workspace, path, '..'), { recursive: true });
      writeFileSync(join(workspace, path), content);
    },
    commit(message) {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    },
    git(...args) {
      try {
        git(...args);
        return true;
      } catch {
        return false;
      }
    },
    step: async (step) => await runStep({ action, workspace, temp, ...step }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
