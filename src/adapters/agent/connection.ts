import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { AgentConnection, Answers, Request, RolloutEnd, RolloutRecord, Scope, WireError } from '../../ports.ts';
import type { ReadFrame } from './frames.ts';
import { openLink } from './link.ts';
import type { Dial, Link } from './link.ts';
import { startHeartbeat } from './heartbeat.ts';
import { fromWire } from './wire.ts';

export interface ConnectionLimits {
  /** The longest that one answer may take; a `follow` has no such limit. */
  readonly requestTimeoutMs: number;
  /** How long a cut connection is tried again, while the agent's supervisor brings it back. */
  readonly reconnectMs: number;
  /**
   * Cut a way on which something is awaited and nothing was heard for so long, and open it again: a way through other
   * programs may stay open with nobody at its end. Default: never.
   */
  readonly silenceMs?: number;
}

export const defaultLimits: ConnectionLimits = { requestTimeoutMs: 150_000, reconnectMs: 20_000 };

interface Pending {
  /** What to send again after a cut connection. */
  readonly request: () => unknown;
  readonly onEvent: (record: RolloutRecord) => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const retryMs = 100;
const attendMs = 500;
const silenceLooks = 5;

/** A connection to the agent that this way leads to; requests that were open when it is cut are sent again with the same ids. */
export function agentConnection(
  dial: Dial,
  limits: ConnectionLimits = defaultLimits,
): { readonly connection: AgentConnection; readonly open: () => Promise<boolean> } {
  const pending = new Map<string, Pending>();
  let link: Link | null = null;
  let opening: Promise<boolean> | null = null;
  let isClosed = false;

  let heardAt = 0;
  const onFrame = (frame: ReadFrame): void => {
    heardAt = performance.now();
    const entry = pending.get(frame.id);
    if (entry === undefined) return;
    if ('event' in frame) return entry.onEvent(frame['event'] as RolloutRecord);
    pending.delete(frame.id);
    if ('error' in frame) entry.reject(fromWire(frame['error'] as WireError));
    else entry.resolve(frame['answer']);
  };

  /** Whoever is there answers a hello at once, whatever else it does. */
  const watchSilence = (opened: Link, silenceMs: number): { stop(): void } =>
    startHeartbeat(silenceMs / silenceLooks, async () => {
      if (pending.size === 0) heardAt = performance.now();
      else if (performance.now() - heardAt > silenceMs) opened.close();
      else opened.send({ id: 'alive', request: { type: 'hello', protocol: 0, version: '' } });
    });

  const failAll = (error: unknown): void => {
    for (const entry of pending.values()) entry.reject(error);
    pending.clear();
  };

  const open = async (): Promise<boolean> => {
    if (link !== null) return true;
    let watching: { stop(): void } | null = null;
    opening ??= openLink(dial, {
      onFrame,
      onClose: (reason) => {
        watching?.stop();
        link = null;
        if (!isClosed && pending.size > 0) void reopen(reason);
      },
    })
      .then((opened) => {
        link = opened;
        heardAt = performance.now();
        if (link !== null && limits.silenceMs !== undefined) watching = watchSilence(link, limits.silenceMs);
        if (link !== null) for (const [id, entry] of pending) link.send({ id, request: entry.request() });
        return link !== null;
      })
      .finally(() => {
        opening = null;
      });
    return await opening;
  };

  const reopen = async (cut: string): Promise<void> => {
    let reason = cut;
    // A way that is closed now may be open again in a moment.
    const opens = async (): Promise<boolean> =>
      await open().catch((error: unknown) => {
        if (!(error instanceof EnvironmentError) || error.code !== 'DOCKER_UNREACHABLE') throw error;
        reason = error.message;
        return false;
      });
    const deadline = performance.now() + limits.reconnectMs;
    try {
      while (!isClosed && !(await opens())) {
        if (performance.now() > deadline) throw gone(reason, limits.reconnectMs);
        await delay(retryMs);
      }
    } catch (error) {
      failAll(error);
    }
  };

  const exchange = async (entry: Omit<Pending, 'resolve' | 'reject'>, timeoutMs: number | null): Promise<unknown> => {
    const id = randomUUID();
    if (isClosed) throw gone('this connection was closed', 0);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        pending.set(id, { ...entry, resolve, reject });
        if (timeoutMs !== null) timer = setTimeout(() => reject(late(entry.request(), timeoutMs)), timeoutMs);
        if (link === null) void reopen('no agent listens');
        else link.send({ id, request: entry.request() });
      });
    } finally {
      clearTimeout(timer);
      pending.delete(id);
    }
  };

  const request = async <R extends Request>(message: R): Promise<Answers[R['type']]> => {
    const answer = await exchange({ request: () => message, onEvent: () => {} }, limits.requestTimeoutMs);
    return answer as Answers[R['type']];
  };

  const follow = async (
    scope: Scope,
    rolloutId: string,
    onRecord: (record: RolloutRecord) => void,
    signal?: AbortSignal,
  ): Promise<RolloutEnd> => {
    signal?.throwIfAborted();
    const { app, environment } = scope;
    let afterSeq = 0;
    const attending = startHeartbeat(attendMs, () => request({ type: 'attend', app, environment, rolloutId }));
    const stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const followed = exchange(
      {
        request: () => ({ type: 'follow', app, environment, rolloutId, afterSeq }),
        onEvent: (record) => {
          if (record.seq <= afterSeq || signal?.aborted === true) return;
          afterSeq = record.seq;
          onRecord(record);
        },
      },
      null,
    );
    try {
      return (await Promise.race([followed, stopped])) as RolloutEnd;
    } finally {
      followed.catch(() => {});
      attending.stop();
    }
  };

  return {
    open,
    connection: {
      request,
      follow,
      async close() {
        isClosed = true;
        link?.close();
        failAll(gone('this connection was closed', 0));
      },
    },
  };
}

function gone(reason: string, triedMs: number): EnvironmentError {
  const tried = triedMs === 0 ? '' : `, and it did not come back within ${triedMs / 1000} s`;
  return new EnvironmentError('AGENT_GONE', `the agent is gone: ${reason}${tried}`, {
    hint: 'Traffic stays where the proxy has it; fairway status starts the agent again and says what stands.',
  });
}

function late(request: unknown, timeoutMs: number): EnvironmentError {
  const { type } = request as Request;
  return new EnvironmentError('AGENT_SILENT', `the agent gave no answer to "${type}" within ${timeoutMs / 1000} s`, {
    hint: 'Look at agent/agent.log in the state directory.',
  });
}
