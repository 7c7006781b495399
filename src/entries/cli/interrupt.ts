import { Interrupted } from '../../errors.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C reaches us more than once when a wrapper such as npm passes it on. */
const samePressMs = 500;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Abort it without a signal: something broke. */
  readonly giveUp: () => void;
  readonly stop: () => void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts `signal` with Interrupted; a second one, half a second later or
 * more, leaves at once.
 */
export function listenForInterrupts(world: {
  readonly process: Pick<NodeJS.Process, 'on' | 'off'>;
  readonly monotonicMs: () => number;
  readonly say: (line: string) => void;
  readonly leave: (code: number) => void;
}): Interruption {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = world.monotonicMs();
      world.say(`${name}: ending in order; once more leaves at once.`);
      controller.abort(new Interrupted('INTERRUPTED', `Interrupted by ${name}.`));
    } else if (world.monotonicMs() - firstAt >= samePressMs) {
      world.leave(130);
    }
  };
  for (const name of signals) world.process.on(name, onSignal);
  return {
    signal: controller.signal,
    giveUp: () => controller.abort(new Error('something broke')),
    stop: () => {
      for (const name of signals) world.process.off(name, onSignal);
    },
  };
}
