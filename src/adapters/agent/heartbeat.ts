/** Say something again and again, never twice at once; it does not keep the process alive. A failure is the caller's next request to see. */
export function startHeartbeat(intervalMs: number, beat: () => Promise<unknown>): { stop(): void } {
  let isUnderWay = false;
  const timer = setInterval(
    () => {
      if (isUnderWay) return;
      isUnderWay = true;
      beat()
        .catch(() => {})
        .finally(() => {
          isUnderWay = false;
        });
    },
    Math.max(50, intervalMs),
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
