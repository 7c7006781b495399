/**
 * Evidence that the canary is worse than the baseline, valid at any time it is looked at.
 *
 * Requests are routed at random with share w. When a bad event happens (an error, a slow answer) and the canary is no
 * worse, it came from the canary with probability w, whatever the common rate does over time. For each relative risk R
 * a likelihood ratio is kept; their mean is an e-value: the chance that it ever reaches 1/alpha without cause is at
 * most alpha (Ville). Source: docs/decisions/ on the canary verdict.
 */

/** Relative risks that are mixed with equal weight. */
const relativeRisks = [1.5, 2, 3, 5, 10, 30, 100] as const;

/** A canary up to this much worse is tolerable: the accept side rules it out. */
const tolerableRisk = 2;

/** Bad events between two looks, while the share of the canary did not change. */
export interface EventBatch {
  /** Share of requests that the canary gets, above 0 and below 1; other values carry no evidence. */
  readonly share: number;
  readonly canaryEvents: number;
  readonly baselineEvents: number;
}

/** Natural logarithms, so that long runs neither overflow nor vanish. */
export interface EProcess {
  readonly logRatios: readonly number[];
  readonly logAccept: number;
  readonly events: number;
}

export const noEvidence: EProcess = { logRatios: relativeRisks.map(() => 0), logAccept: 0, events: 0 };

export function accumulate(process: EProcess, batch: EventBatch): EProcess {
  const { share, canaryEvents, baselineEvents } = batch;
  const events = canaryEvents + baselineEvents;
  if (share <= 0 || share >= 1 || events === 0) return process;
  const ratio = (from: number, to: number): number =>
    canaryEvents * Math.log(to / from) + baselineEvents * Math.log((1 - to) / (1 - from));
  return {
    logRatios: relativeRisks.map((risk, i) => (process.logRatios[i] ?? 0) + ratio(share, fromCanary(risk, share))),
    logAccept: process.logAccept + ratio(fromCanary(tolerableRisk, share), share),
    events: process.events + events,
  };
}

/** How much more likely the events are if the canary is worse; at 1/alpha it is rejected. */
export function eValue(process: EProcess): number {
  const greatest = Math.max(...process.logRatios);
  const sum = process.logRatios.reduce((total, log) => total + Math.exp(log - greatest), 0);
  return Math.exp(greatest + Math.log(sum / process.logRatios.length));
}

/** How much more likely the events are if the canary is not twice as bad; at 1/beta it is accepted. */
export function acceptValue(process: EProcess): number {
  return Math.exp(process.logAccept);
}

/** Probability that a bad event came from the canary when its rate is `risk` times the baseline's. */
function fromCanary(risk: number, share: number): number {
  return (risk * share) / (risk * share + 1 - share);
}
