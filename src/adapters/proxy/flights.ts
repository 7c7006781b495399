import type { ExchangeEnd, Route, TrafficRules } from '../../ports.ts';

/** One exchange between a client and a release. */
export interface Flight {
  readonly route: Route;
  /** Tell how it ended; only the first end counts. */
  end(how: ExchangeEnd['how'], durationMs?: number | null): void;
  readonly isCut: boolean;
  readonly hasEnded: boolean;
}

export interface Flights {
  begin(route: Route, cut: () => void): Flight;
  /** Cut those of one release, or all; answers how many. */
  cut(releaseId?: string): number;
  readonly count: number;
}

/** What is in flight now, so that it can be waited for and cut. */
export function createFlights(rules: TrafficRules): Flights {
  const flying = new Map<Flight, () => void>();
  return {
    begin(route, cut) {
      const startedAt = performance.now();
      let ended = false;
      let isCut = false;
      const flight: Flight = {
        route,
        end(how, durationMs = performance.now() - startedAt) {
          if (ended) return;
          ended = true;
          flying.delete(flight);
          rules.ended(route, { how, durationMs });
        },
        get isCut() {
          return isCut;
        },
        get hasEnded() {
          return ended;
        },
      };
      flying.set(flight, () => {
        isCut = true;
        flight.end('cut', null);
        cut();
      });
      rules.began(route);
      return flight;
    },
    cut(releaseId) {
      const chosen = [...flying].filter(([{ route }]) => releaseId === undefined || route.releaseId === releaseId);
      for (const [, cut] of chosen) cut();
      return chosen.length;
    },
    get count() {
      return flying.size;
    },
  };
}
