import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Shape {
  readonly name: string;
  readonly commits: number;
  readonly tags: number;
  /** Maintenance branches that leave main and get fixes of their own. */
  readonly lines: number;
}

const types = ['feat', 'fix', 'fix', 'chore', 'docs', 'refactor', 'perf', 'test', 'build', 'ci'];
const scopes = ['core', 'api', 'ui', 'search', 'cart', ''];

/** A repository of this shape by `git fast-import`; the same shape is the same repository every time. */
export async function makeRepository(shape: Shape): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `fairway-bench-${shape.name}-`));
  await git(directory, ['init', '--quiet', '--initial-branch=main']);
  await git(directory, ['config', 'remote.origin.url', 'https://github.com/example/example.git']);
  const child = spawn('git', ['fast-import', '--quiet', '--done'], {
    cwd: directory,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const write = async (text: string): Promise<void> => {
    if (!child.stdin.write(text)) await once(child.stdin, 'drain');
  };
  for (const text of stream(shape)) await write(text);
  child.stdin.end('done\n');
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`git fast-import exited ${code}`);
  await git(directory, ['reset', '--hard', '--quiet', 'main']);
  await git(directory, ['commit-graph', 'write', '--reachable']);
  return directory;
}

/** Versions rise with the history; every line takes fixes after main went on, some of them picked. */
function* stream({ commits, tags, lines }: Shape): Generator<string> {
  const onMain = lines === 0 ? commits : Math.floor(commits * 0.8);
  const onLine = lines === 0 ? 0 : Math.floor((commits - onMain) / lines);
  const tagsOnMain = lines === 0 ? tags : Math.floor(tags / 2);
  const tagsOnLine = lines === 0 ? 0 : Math.floor((tags - tagsOnMain) / lines);
  let second = 1_500_000_000;
  let mark = 0;
  const commit = function* (branch: string, message: string, from: string | null): Generator<string> {
    mark += 1;
    second += 600;
    yield `commit refs/heads/${branch}\nmark :${mark}\nauthor A <a@example.invalid> ${second} +0000\ncommitter A <a@example.invalid> ${second} +0000\n`;
    yield `data ${Buffer.byteLength(message)}\n${message}\n`;
    if (from !== null) yield `from ${from}\n`;
    if (mark % 50 === 1) yield `M 100644 inline file-${mark % 20}\ndata ${String(mark).length + 1}\n${mark}\n\n`;
  };
  const tag = (name: string): string => `reset refs/tags/${name}\nfrom :${mark}\n\n`;
  const perTag = onMain / Math.max(1, tagsOnMain);
  const perLine = lines === 0 ? Number.POSITIVE_INFINITY : onMain / lines;
  let tagged = 0;
  let line = 0;
  for (let at = 1; at <= onMain; at += 1) {
    yield* commit('main', message(at), null);
    if (tagged < tagsOnMain && at >= (tagged + 1) * perTag - 0.5 && at < onMain - 2) {
      yield tag(`v${line + 1}.${tagged}.0`);
      tagged += 1;
    }
    if (line < lines && at >= (line + 1) * perLine - 1) {
      line += 1;
      const branchPoint = mark;
      for (let fix = 1; fix <= onLine; fix += 1) {
        const source = fix % 3 === 0 ? `\n\n(cherry picked from commit ${fix.toString(16).padStart(40, 'a')})` : '';
        yield* commit(`${line}.x`, `fix(line): number ${line}-${fix}${source}`, fix === 1 ? `:${branchPoint}` : null);
        const share = Math.max(1, Math.floor(onLine / Math.max(1, tagsOnLine)));
        if (fix % share === 0 && fix / share <= tagsOnLine) yield tag(`v${line}.${tagged - 1}.${fix / share}`);
      }
    }
  }
}

function message(at: number): string {
  const type = types[at % types.length] ?? 'chore';
  const scope = scopes[(at * 7) % scopes.length] ?? '';
  const header = `${type}${scope === '' ? '' : `(${scope})`}: change number ${at} of the generated history (#${at})`;
  if (at % 11 === 0)
    return `${header}\n\nWhat was wrong, in two lines,\nand why this is right.\n\nCloses #${at - 1}\nReviewed-by: B <b@example.invalid>`;
  return at % 3 === 0 ? `${header}\n\nA body of one line.` : header;
}

async function git(directory: string, args: readonly string[]): Promise<void> {
  const child = spawn('git', [...args], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`git ${args[0] ?? ''} exited ${code}`);
}
