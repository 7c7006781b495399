/** A command as Redis takes it (RESP), one byte per character (latin1). */
export function redisCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

export type RedisReply =
  | { readonly kind: 'value'; readonly value: string | null }
  | { readonly kind: 'refused'; readonly reason: string };

/** Matches one whole reply that is no list. */
export const redisReply = /^([+:-][^\r]*\r\n|\$-1\r\n|\$\d+\r\n[\s\S]*\r\n)/;

export function readReply(text: string): RedisReply {
  const [first = '', ...rest] = text.split('\r\n');
  const body = first.slice(1);
  switch (first.charAt(0)) {
    case '-':
      return { kind: 'refused', reason: body };
    case '$':
      return { kind: 'value', value: body === '-1' ? null : rest.join('\r\n').replace(/\r\n$/, '') };
    default:
      return { kind: 'value', value: body };
  }
}

/**
 * A job of RQ: the fields of its hash. It calls a function without arguments.
 *
 * `data` is a pickle (protocol 0) of (function, None, (), {}), which RQ takes uncompressed as well.
 */
export function rqJob(calls: string, queue: string, now: string, timeoutSeconds: number): readonly string[] {
  const fields = {
    created_at: now,
    enqueued_at: now,
    data: `(V${calls}\nN(t(dt.`,
    origin: queue,
    description: `${calls}()`,
    timeout: String(timeoutSeconds),
    result_ttl: '60',
    failure_ttl: '60',
    status: 'queued',
  };
  return Object.entries(fields).flat();
}
