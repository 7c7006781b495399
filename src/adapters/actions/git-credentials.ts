type Environment = Readonly<Record<string, string | undefined>>;

/** One setting of git that asks for our token at one server, whatever a checkout has left in the configuration. */
export interface GitCredentials {
  /** Variables for git: nothing of it is written to disk or stands on a command line. */
  readonly env: Readonly<Record<string, string>>;
  /** The token as it travels. */
  readonly secret: string;
}

/** Null without a token or a server that is reached by https. */
export function gitCredentials(env: Environment, token: string): GitCredentials | null {
  const server = env['GITHUB_SERVER_URL'] ?? '';
  if (token === '' || !URL.canParse(server) || new URL(server).protocol !== 'https:') return null;
  const secret = Buffer.from(`x-access-token:${token}`).toString('base64');
  const key = `http.${new URL(server).origin}/.extraheader`;
  const given = Number(env['GIT_CONFIG_COUNT'] ?? 0);
  const first = Number.isSafeInteger(given) && given > 0 ? given : 0;
  // The empty value takes away what was there: a server refuses two headers.
  const values = ['', `AUTHORIZATION: basic ${secret}`];
  const settings = values.flatMap((value, index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key] as const,
    [`GIT_CONFIG_VALUE_${first + index}`, value] as const,
  ]);
  return { env: { ...Object.fromEntries(settings), GIT_CONFIG_COUNT: String(first + values.length) }, secret };
}
