import type { Counted } from './tally.ts';

/** What one line of a proxy's request log tells of one release. */
export interface SeenEnd extends Counted {
  readonly releaseId: string;
}

export interface SeenRequest {
  /** Unique while the proxy's process lives. */
  readonly sequence: number;
  /** The application's place in the proxy. */
  readonly app: string;
  /** Usually one; two when the chosen release refused the connection and another one answered. */
  readonly ends: readonly SeenEnd[];
  /** Of an anonymous GET without a query; null for anything else. */
  readonly path: string | null;
}

/** Fields of a line, in this order, apart by blanks; `-` stands for nothing. */
export const requestFields = [
  'sequence',
  'app',
  'chosen release',
  'chosen server',
  'server that answered',
  'release of the detour',
  'status',
  'how it ended',
  'microseconds',
  'replayable path',
] as const;

/** Read a line; null when it tells nothing of any release. */
export function readRequestLine(line: string): SeenRequest | null {
  const fields = line.trim().split(' ');
  const [sequence = '', app = '-', chosen = '-', slot, served, detour = '-', status, ending = '--', micros] = fields;
  const asked = fields[9] ?? '-';
  const path = asked === '-' ? null : asked;
  if (fields.length !== requestFields.length || app === '-' || chosen === '-') return null;
  const end = endOf(Number(status), ending, Number(micros) / 1_000);
  if (served === slot || served === '<NOSRV>' || detour === '-') {
    return { sequence: Number(sequence), app, ends: [{ releaseId: chosen, ...end }], path };
  }
  const refused: SeenEnd = { releaseId: chosen, how: 'failed', durationMs: null };
  return { sequence: Number(sequence), app, ends: [refused, { releaseId: detour, ...end }], path };
}

/**
 * HAProxy's two letters: who ended it and in which phase.
 *
 * First letter: C and c the client, S and s the server, P the answer was no HTTP, K we ourselves by its socket.
 */
function endOf(status: number, ending: string, durationMs: number): Counted {
  const who = ending.charAt(0);
  const isTunnel = status === 101;
  const timing = isTunnel || Number.isNaN(durationMs) ? null : durationMs;
  if (who === 'K' || who === 'U') return { how: 'cut', durationMs: null };
  if (isTunnel) return { how: who === 's' || who === 'c' ? 'cut' : 'answered', durationMs: null };
  if (who === 'C' || who === 'c') return { how: 'left', durationMs: null };
  return { how: who !== '-' || status >= 500 ? 'failed' : 'answered', durationMs: timing };
}
