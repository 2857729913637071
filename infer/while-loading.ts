/** A signal that ends a loading, and nothing after it. */

/**
 * Runs `load` with a signal that follows `signal` until the loading has ended. Graphs are fetched later too, and a timeout of the
 * loading must not strike them.
 */
export async function whileLoading<T>(
  signal: AbortSignal | undefined,
  load: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return load(undefined);
  const own = new AbortController();
  const abort = () => own.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await load(own.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
