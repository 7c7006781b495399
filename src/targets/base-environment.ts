const inherited = ['HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LOGNAME'];

/** What every process of a release starts from: little, and PATH with our Node first, so that `node` is the same everywhere. */
export function baseEnvironment(
  host: Readonly<Record<string, string | undefined>>,
  nodeDirectory: string,
): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = host[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(kept),
    PATH: [nodeDirectory, host['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':'),
  };
}
