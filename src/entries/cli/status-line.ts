/** As much of a stream as the console needs. */
export interface TextStream {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface StatusLine {
  readonly isLive: boolean;
  /** `text` may hold colours; lines apart by line breaks, fewer than the terminal has. */
  show(text: string): void;
  clear(): void;
}

/** One line or a few at the bottom of a terminal that are written again and again; null: none. */
export function createStatusLine(stream: TextStream | null): StatusLine {
  /** 0: nothing is shown. */
  let shown = 0;
  const back = (): string => (shown > 1 ? `\r\u001B[${shown - 1}A\u001B[J` : '\r\u001B[2K');
  return {
    isLive: stream !== null,
    show(text) {
      // Lines are not wrapped while it is shown: a wrapped line could not be taken back.
      stream?.write(`${back()}\u001B[?7l${text}\u001B[?7h`);
      shown = text.split('\n').length;
    },
    clear() {
      if (shown > 0) stream?.write(back());
      shown = 0;
    },
  };
}
