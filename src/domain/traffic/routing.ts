/** One release behind a proxy. */
export interface Backend {
  readonly releaseId: string;
  /** `127.0.0.1:PORT`, or where a container is. */
  readonly address: string;
  /** Share of new requests in percent. */
  readonly weight: number;
}

export interface Routing {
  readonly backends: readonly Backend[];
  /** The only release that serves after the proxy itself was started again. */
  readonly stable: Omit<Backend, 'weight'> | null;
}

export type RoutingChange =
  | { readonly type: 'add'; readonly releaseId: string; readonly address: string }
  | { readonly type: 'shift'; readonly weights: Readonly<Record<string, number>> }
  | { readonly type: 'persist-stable'; readonly releaseId: string }
  | { readonly type: 'remove'; readonly releaseId: string };

export type Rerouted =
  | { readonly kind: 'done'; readonly routing: Routing }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/** What a proxy does that knows nothing but its stable release. */
export function routingAfterRestart(stable: Routing['stable']): Routing {
  return { stable, backends: stable === null ? [] : [{ ...stable, weight: 100 }] };
}

/** Apply one change; doing it again changes nothing. */
export function reroute(routing: Routing, change: RoutingChange): Rerouted {
  switch (change.type) {
    case 'add':
      return done(withBackend(routing, change.releaseId, change.address));
    case 'shift':
      return shifted(routing, change.weights);
    case 'persist-stable': {
      const backend = find(routing, change.releaseId);
      if (backend === undefined) return unknown(change.releaseId, routing);
      return done({ ...routing, stable: { releaseId: backend.releaseId, address: backend.address } });
    }
    case 'remove':
      return removed(routing, change.releaseId);
  }
}

/** Choose by weight; `random` is in [0, 1). Null when nothing has a weight. */
export function chooseBackend(backends: readonly Backend[], random: number): Backend | null {
  let left = random * backends.reduce((sum, { weight }) => sum + weight, 0);
  for (const backend of backends) {
    if (backend.weight > 0 && left < backend.weight) return backend;
    left -= backend.weight;
  }
  return backends.findLast(({ weight }) => weight > 0) ?? null;
}

/** A process that was started again has another address: the release keeps its share. */
function withBackend(routing: Routing, releaseId: string, address: string): Routing {
  const known = find(routing, releaseId);
  const others = routing.backends.filter((backend) => backend !== known);
  const isStable = routing.stable?.releaseId === releaseId;
  return {
    stable: isStable ? { releaseId, address } : routing.stable,
    backends: [...others, { releaseId, address, weight: known?.weight ?? 0 }],
  };
}

function shifted(routing: Routing, weights: Readonly<Record<string, number>>): Rerouted {
  const stranger = Object.keys(weights).find((releaseId) => find(routing, releaseId) === undefined);
  if (stranger !== undefined) return unknown(stranger, routing);
  const shares = Object.values(weights);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 100) > 0.001) {
    return refused('BAD_WEIGHTS', `shares must add up to 100, these are ${shares.join(' + ')} = ${sum}`);
  }
  const backends = routing.backends.map((backend) => ({ ...backend, weight: weights[backend.releaseId] ?? 0 }));
  return done({ ...routing, backends });
}

function removed(routing: Routing, releaseId: string): Rerouted {
  const backend = find(routing, releaseId);
  if (backend !== undefined && backend.weight > 0) {
    return refused('STILL_SERVING', `${releaseId} gets ${backend.weight} % of the traffic: shift it away first`);
  }
  return done({
    stable: routing.stable?.releaseId === releaseId ? null : routing.stable,
    backends: routing.backends.filter((other) => other !== backend),
  });
}

function find(routing: Routing, releaseId: string): Backend | undefined {
  return routing.backends.find((backend) => backend.releaseId === releaseId);
}

function unknown(releaseId: string, { backends }: Routing): Rerouted {
  const known = backends.map((backend) => backend.releaseId).join(', ');
  return refused('UNKNOWN_RELEASE', `${releaseId} was not added; known: ${known === '' ? 'none' : known}`);
}

function done(routing: Routing): Rerouted {
  return { kind: 'done', routing };
}

function refused(code: string, reason: string): Rerouted {
  return { kind: 'refused', code, reason };
}
