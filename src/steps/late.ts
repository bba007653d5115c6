/** Aborted some seconds after another signal: time to bring to an end what was begun. */
export function late(signal: AbortSignal, seconds: number): AbortSignal {
  const controller = new AbortController();
  const begin = (): void => void setTimeout(() => controller.abort(), seconds * 1000).unref();
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return controller.signal;
}
