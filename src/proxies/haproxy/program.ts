import { EnvironmentError } from '../../errors.ts';
import type { HaproxyRuntime } from './runtime.ts';

/** Maps that are replaced in one step and timeouts by rule came before; nothing older was tried. */
const oldest = [2, 6] as const;

export interface HaproxyProgram {
  readonly path: string;
  readonly withLua: boolean;
}

/** The installed program. Throws EnvironmentError `TOOL_MISSING` or `HAPROXY_TOO_OLD`. */
export async function findProgram(name: string, runtime: HaproxyRuntime): Promise<HaproxyProgram> {
  const path = await runtime.locate(name);
  if (path === null) {
    throw new EnvironmentError('TOOL_MISSING', `${name} was not found on PATH nor where servers are installed`, {
      hint: 'install it (Debian: apt-get install haproxy), or name it in proxy.program',
    });
  }
  return readDescription(path, await runtime.describe(path));
}

/** What `haproxy -vv` says, judged. */
export function readDescription(path: string, described: string): HaproxyProgram {
  const [, version = '?', major, minor] = /version ((\d+)\.(\d+)\S*)/i.exec(described) ?? [];
  const [oldestMajor, oldestMinor] = oldest;
  const isOld = Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor);
  if (major === undefined || isOld) {
    throw new EnvironmentError(
      'HAPROXY_TOO_OLD',
      `${path} is HAProxy ${version}; ${oldest.join('.')} or newer is needed`,
      {
        hint: 'install a newer one, or name another program in proxy.program',
        facts: { version },
      },
    );
  }
  return { path, withLua: /(\+LUA|USE_LUA=1)\b/.test(described) };
}
