import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** GitHub's rule on a bare repository: no commit without a signature comes to main. */
export async function onlySigned(remote: string): Promise<void> {
  const hook = join(remote, 'hooks', 'update');
  await writeFile(
    hook,
    `#!/bin/sh
test "$1" = refs/heads/main || exit 0
for commit in $(git rev-list "$2..$3"); do
  git cat-file commit "$commit" | grep -q '^gpgsig ' || { echo "GH013: Commits must have verified signatures."; exit 1; }
done
`,
  );
  await chmod(hook, 0o755);
}
