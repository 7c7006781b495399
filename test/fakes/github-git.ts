import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Reply = { readonly status: number; readonly body?: unknown };
type Route = [string, RegExp, (...groups: string[]) => Reply];

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly content?: string;
  readonly sha?: string | null;
}

/** The git database of the API, on a real bare repository; what it commits is new every time, and signed for apps. */
export function gitRoutes(
  directory: string,
  body: () => Record<string, unknown>,
  isSigning: () => boolean,
): readonly Route[] {
  let made = 0;
  const git = (args: readonly string[], input = '', env: Record<string, string> = {}): string =>
    execFileSync('git', [...args], {
      cwd: directory,
      input,
      env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
      .toString()
      .trim();
  const absent: Reply = { status: 404, body: { message: 'Not Found' } };
  const known = (object: string): boolean => {
    try {
      git(['cat-file', '-e', object]);
      return true;
    } catch {
      return false;
    }
  };
  const shown = (sha: string) => ({
    sha,
    tree: { sha: git(['rev-parse', `${sha}^{tree}`]) },
    message: git(['show', '--no-patch', '--format=%B', sha]),
    parents: git(['show', '--no-patch', '--format=%P', sha])
      .split(' ')
      .map((parent) => ({ sha: parent })),
    verification: { verified: git(['cat-file', 'commit', sha]).includes('\ngpgsig ') },
  });

  function makeTree(): Reply {
    const { base_tree, tree } = body() as { base_tree?: string; tree?: readonly TreeEntry[] };
    const folder = mkdtempSync(join(tmpdir(), 'fairway-fake-index-'));
    try {
      const env = { GIT_INDEX_FILE: join(folder, 'index') };
      if (base_tree !== undefined) git(['read-tree', base_tree], '', env);
      for (const { path, mode, content, sha } of tree ?? []) {
        if (!['100644', '100755', '120000'].includes(mode)) return { status: 422, body: { message: 'tree.mode' } };
        const blob = content === undefined ? sha : git(['hash-object', '-w', '--stdin'], content);
        git(
          ['update-index', '--index-info'],
          `${blob === null ? '0' : mode} ${blob ?? '0'.repeat(40)}\t${path}\n`,
          env,
        );
      }
      return { status: 201, body: { sha: git(['write-tree'], '', env) } };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  function makeCommit(): Reply {
    const { message, tree, parents, author } = body() as {
      message: string;
      tree: string;
      parents: readonly string[];
      author?: unknown;
    };
    made += 1;
    const person = `fairway[bot] <bot@example.invalid> ${1_800_000_000 + made} +0000`;
    // GitHub signs what a machine sends without an author of its own.
    const signature =
      isSigning() && author === undefined
        ? 'gpgsig -----BEGIN PGP SIGNATURE-----\n fake\n -----END PGP SIGNATURE-----\n'
        : '';
    const lines = parents.map((parent) => `parent ${parent}\n`).join('');
    const text = `tree ${tree}\n${lines}author ${person}\ncommitter ${person}\n${signature}\n${message}`;
    return { status: 201, body: shown(git(['hash-object', '-t', 'commit', '-w', '--stdin'], text)) };
  }

  function makeRef(): Reply {
    const { ref, sha } = body() as { ref: string; sha: string };
    if (!/^refs\/.+\/.+/.test(ref) || !known(sha) || known(ref)) {
      return { status: 422, body: { message: known(ref) ? 'Reference already exists' : 'Reference is invalid' } };
    }
    git(['update-ref', ref, sha, '']);
    return { status: 201, body: { ref, object: { sha } } };
  }

  return [
    [
      'GET',
      /^\/git\/commits\/([0-9a-f]{40})$/,
      (sha = '') => (known(sha) ? { status: 200, body: shown(sha) } : absent),
    ],
    ['POST', /^\/git\/trees$/, makeTree],
    ['POST', /^\/git\/commits$/, makeCommit],
    ['POST', /^\/git\/refs$/, makeRef],
  ];
}
