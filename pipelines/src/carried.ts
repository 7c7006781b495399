import type { Client, Directory } from '@dagger.io/dagger';

/**
 * The folder of programs that the module carries beside its source.
 *
 * `currentModule().source()` would do, but an engine makes all of the module's generated files first, for which it asks
 * a registry of packages. What lies in the working directory of a call is taken as it is.
 */
export function carriedToolkit(client: Client): Directory {
  const { cpSync } = process.getBuiltinModule('node:fs');
  cpSync(new URL('../toolkit', import.meta.url), 'toolkit', { recursive: true });
  return client.currentModule().workdir('toolkit');
}
