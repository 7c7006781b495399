/** As much of a stream as the console needs. */
export interface TextStream {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface StatusLine {
  readonly isLive: boolean;
  /** `text` may hold colours, no line breaks. */
  show(text: string): void;
  clear(): void;
}

/** One line at the bottom of a terminal that is written again and again; null: none. */
export function createStatusLine(stream: TextStream | null): StatusLine {
  let isShown = false;
  return {
    isLive: stream !== null,
    show(text) {
      // Lines are not wrapped while it is shown: a wrapped line could not be taken back.
      stream?.write(`\r\u001B[?7l\u001B[2K${text}\u001B[?7h`);
      isShown = true;
    },
    clear() {
      if (isShown) stream?.write('\r\u001B[2K');
      isShown = false;
    },
  };
}
