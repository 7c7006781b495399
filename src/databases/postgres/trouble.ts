import { EnvironmentError, FairwayError } from '../../errors.ts';

/** Say what stopped a server in words that help; a full disk is told by name. */
export function trouble(doing: string, path: string, cause: unknown, output = ''): FairwayError {
  if (cause instanceof FairwayError) return cause;
  const words = `${output}\n${cause instanceof Error ? cause.message : ''}`;
  if (/ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/.test(words)) {
    return new EnvironmentError('DISK_FULL', `no space left for a PostgreSQL server below ${path}`, {
      hint: 'make room (a server takes about 50 MB), or choose another place with XDG_CACHE_HOME or XDG_STATE_HOME',
      cause,
    });
  }
  const lines = output.trim().split('\n');
  const telling = lines.filter((line) => /\b(FATAL|PANIC|ERROR|error)\b/.test(line));
  const last = (telling.length > 0 ? telling : lines).slice(-5).join('\n');
  return new EnvironmentError('POSTGRES_FAILED', `${doing} failed${last === '' ? '' : `:\n${last}`}`, {
    hint: `look at ${path}`,
    cause,
  });
}
