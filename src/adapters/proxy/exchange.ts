import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ProxyServer } from 'httpxy';
import { replayablePath } from '../../domain/traffic/replay.ts';
import type { Route, TrafficRules } from '../../ports.ts';
import type { Connections } from './connections.ts';
import type { Flight, Flights } from './flights.ts';
import { forwardRequestHeaders, forwardResponseHeaders } from './headers.ts';
import { sayBadGateway, sayMaintenance, sayNobodyServes, sayTooLate } from './pages.ts';

export interface ExchangeWorld {
  readonly proxy: ProxyServer;
  readonly rules: TrafficRules;
  readonly flights: Flights;
  readonly connections: Connections;
  readonly isStopping: () => boolean;
}

/** What is known of one attempt to get an answer from one release. */
interface Attempt {
  readonly flight: Flight;
  status: number | null;
  /** When the release had sent all of its answer. */
  answeredAt: number | null;
  isLate: boolean;
  /** The release ended the answer before its end. */
  isBroken: boolean;
}

/** Pass requests on to releases and count how they end. */
export function createExchanges(world: ExchangeWorld) {
  const { proxy, rules, flights, connections } = world;
  const attempts = new WeakMap<IncomingMessage, Attempt>();

  proxy.on('proxyReq', (outgoing: ClientRequest, request: IncomingMessage, response) => {
    const attempt = attempts.get(request);
    if (attempt === undefined) return;
    const ms = rules.responseTimeoutMs;
    // The socket's own deadline holds while it still connects; the request's is set only then.
    outgoing.socket?.setTimeout(ms);
    outgoing.setTimeout(ms, () => {
      if (isClientSlow(request, response as ServerResponse, outgoing)) attempt.flight.end('left');
      else attempt.isLate = true;
      outgoing.destroy();
    });
  });

  proxy.on('proxyRes', (incoming: IncomingMessage, request: IncomingMessage, response) => {
    const attempt = attempts.get(request);
    if (attempt === undefined) return;
    const answer = response as ServerResponse;
    attempt.status = incoming.statusCode ?? 502;
    forwardResponseHeaders(incoming, answer.shouldKeepAlive && !world.isStopping());
    if (rules.releaseHeader) incoming.headers['x-fairway-release'] = attempt.flight.route.releaseId;
    const broke = (): void => {
      if (!answer.destroyed && !incoming.complete) attempt.isBroken = true;
    };
    incoming.once('error', broke);
    incoming.once('close', broke);
    incoming.once('end', () => (attempt.answeredAt = performance.now()));
  });

  async function pass(route: Route, request: IncomingMessage, response: ServerResponse, isFirst: boolean) {
    const startedAt = performance.now();
    const flight = flights.begin(route, () => {
      response.destroy();
      request.destroy();
    });
    const attempt: Attempt = { flight, status: null, answeredAt: null, isLate: false, isBroken: false };
    attempts.set(request, attempt);
    try {
      await proxy.web(request, response, {
        target: { protocol: 'http:', ...placeOf(route) },
        agent: connections.agentFor(route, request.method),
        ...(isFirst ? {} : { buffer: Readable.from([]) }),
      });
      const durationMs = (attempt.answeredAt ?? performance.now()) - startedAt;
      flight.end(howItEnded(attempt, response), durationMs);
    } catch (error) {
      onError(error as NodeJS.ErrnoException, attempt, { request, response, isFirst });
    }
  }

  function onError(
    error: NodeJS.ErrnoException,
    { flight, isLate, status }: Attempt,
    { request, response, isFirst }: { request: IncomingMessage; response: ServerResponse; isFirst: boolean },
  ): void {
    if (response.destroyed || request.errored !== null || flight.hasEnded) {
      flight.end('left');
      response.destroy();
      return;
    }
    flight.end('failed');
    if (response.headersSent || status !== null) {
      response.destroy();
      return;
    }
    const detour = isFirst && error.code === 'ECONNREFUSED' && isBodyless(request) ? rules.detour(flight.route) : null;
    if (detour !== null) void pass(detour, request, response, false);
    else if (isLate) sayTooLate(response, released(flight));
    else sayBadGateway(response, released(flight));
  }

  function released(flight: Flight): string | null {
    return rules.releaseHeader ? flight.route.releaseId : null;
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    if (rules.page !== null) {
      sayMaintenance(response, rules.page);
      return;
    }
    const route = rules.route();
    if (route === null) {
      sayNobodyServes(response);
      return;
    }
    const path = replayablePath({
      method: request.method ?? '',
      url: request.url ?? '',
      hasCookie: request.headers.cookie !== undefined,
      hasAuthorization: request.headers.authorization !== undefined,
      isUpgrade: request.headers.upgrade !== undefined,
    });
    if (path !== null) rules.replayable(path);
    forwardRequestHeaders(request, { isUpgrade: false });
    void pass(route, request, response, true);
  };
}

function howItEnded({ status, isBroken, isLate }: Attempt, response: ServerResponse): 'answered' | 'failed' | 'left' {
  if (isBroken || isLate) return 'failed';
  if (status === null || !response.writableFinished) return 'left';
  return status >= 500 ? 'failed' : 'answered';
}

/** Nothing moves because the client neither sends nor reads: that tells nothing about the release. */
function isClientSlow(request: IncomingMessage, response: ServerResponse, outgoing: ClientRequest): boolean {
  return response.writableNeedDrain || (!request.complete && !outgoing.writableNeedDrain);
}

/** Nothing was sent that could be sent twice. */
function isBodyless({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return (method === 'GET' || method === 'HEAD') && !hasBody;
}

/** Host and port of a release's address. */
export function placeOf({ address }: Route): { readonly host: string; readonly port: string } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: address.slice(colon + 1) };
}
