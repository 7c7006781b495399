// What the shop needs to know from its environment; all that is missing or wrong is said at once.

export function readSettings(env) {
  const problems = [];
  const port = Number(env.PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65535) problems.push('PORT: expected a port number');
  if (!/^postgres(ql)?:\/\//.test(env.DATABASE_URL ?? '')) {
    problems.push('DATABASE_URL: expected postgres://user:password@host/database');
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return {
    port,
    host: env.HOST ?? '127.0.0.1',
    databaseUrl: env.DATABASE_URL,
    poolSize: Number(env.POOL_SIZE ?? 10),
    stopTimeoutMs: Number(env.STOP_TIMEOUT_MS ?? 8000),
  };
}
