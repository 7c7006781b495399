/** A path as it stands in the repository: without the folder that the tests ran in. */
export function relativeTo(path: string, root: string): string {
  const plain = path.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const top = root.endsWith('/') ? root : `${root}/`;
  return plain.startsWith(top) ? plain.slice(top.length) : plain.replace(/^\.\//, '');
}

const frame = /((?:file:\/\/)?(?:\/|\.{1,2}\/)?(?:[\w@.+-]+\/)*[\w@.+-]+\.[a-z]{1,4}):(\d+)(?::\d+)?/gi;
const pythonFrame = /File "([^"]+)", line (\d+)/g;

/** Where something went wrong, by the first line of a trace that is of the application itself. */
export function placeIn(trace: string, root: string): { readonly file: string; readonly line: number } | null {
  const own = withoutRoot(trace, root);
  const found = [...own.matchAll(frame), ...own.matchAll(pythonFrame)].map(([, path = '', line = '']) => ({
    file: relativeTo(path.trim(), root),
    line: Number(line),
  }));
  return (
    found.find(({ file }) => !file.startsWith('/') && !/(^|\/)(node_modules|site-packages|internal)\//.test(file)) ??
    null
  );
}

/** Folders of ours may have blanks in their names, which addresses of files write otherwise. */
function withoutRoot(trace: string, root: string): string {
  if (root === '' || root === '/') return trace;
  const top = root.endsWith('/') ? root : `${root}/`;
  return [`file://${encodeURI(top)}`, `file://${top}`, encodeURI(top), top].reduce(
    (text, form) => text.replaceAll(form, './'),
    trace,
  );
}
