/** Resolves as the work does, or with undefined as soon as the signal is aborted; what goes on then is left alone. */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const leave = (): void => aborted.resolve(undefined);
  work.catch(() => undefined);
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
