import type { Gauge } from '../domain/migration/predict.ts';
import type { Clock, SqlConnection } from '../ports.ts';
import type { Watcher } from './watch.ts';

/** How long each kind of work takes on a table of so many rows of so many bytes. */
type TimesOn = (rows: number, rowBytes: number, connection: SqlConnection, clock: Clock) => Promise<Gauge['ms']>;

/** What takes time whatever the number of rows is taken off, by doing the same on a table of one row. */
export const gaugeBy =
  (timesOn: TimesOn): Watcher['gauge'] =>
  async (connection, rows, rowBytes, clock) => {
    const fixed = await timesOn(1, rowBytes, connection, clock);
    const { scan, index, rewrite, copy, update, ...entries } = await timesOn(rows, rowBytes, connection, clock);
    // A single look at the fixed part may be off; it never takes most of the rest with it.
    const net = (ms: number, without: number): number => Math.max(ms - without, ms / 3);
    return {
      rows,
      ms: {
        scan: net(scan, fixed.scan),
        index: net(index, fixed.index),
        rewrite: net(rewrite, fixed.rewrite),
        copy: net(copy, fixed.copy),
        update: net(update, fixed.update),
        ...entries,
      },
    };
  };
