/** `0.2` -> `20.0 %`, for a measured share. */
export function percentText(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** `0.1` -> `10 %`, for a limit as somebody wrote it. */
export function limitText(fraction: number): string {
  return `${Number((fraction * 100).toFixed(3))} %`;
}

/** `1000` -> `1,000`. */
export function countText(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 request`, `1,000 requests`. */
export function requestsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'request' : 'requests'}`;
}

/** `850 ms`, `3.5 s`, `12 s`, `3 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
