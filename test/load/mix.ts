/** One kind of request that the load sends. */
export interface LoadRequest {
  readonly path: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How often it is chosen, against the weights of the others. Default 1. */
  readonly weight?: number;
}

/** A small generator of numbers in [0, 1) (mulberry32): the same seed gives the same load. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Choose by weight; `random` is in [0, 1). */
export function choose(mix: readonly [LoadRequest, ...LoadRequest[]], random: number): LoadRequest {
  let left = random * mix.reduce((sum, request) => sum + (request.weight ?? 1), 0);
  for (const request of mix) {
    left -= request.weight ?? 1;
    if (left < 0) return request;
  }
  return mix[0];
}
