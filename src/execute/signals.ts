/** Turns the first SIGINT or SIGTERM into an abort, so that the phase ends itself: GitHub leaves 10 seconds for that. */
export function untilSignalled(from: NodeJS.EventEmitter): {
  readonly signal: AbortSignal;
  done(): void;
} {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  from.on("SIGINT", abort);
  from.on("SIGTERM", abort);
  return {
    signal: controller.signal,
    done() {
      from.off("SIGINT", abort);
      from.off("SIGTERM", abort);
    },
  };
}
