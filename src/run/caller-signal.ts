/** Calls `stop` with the signal's reason when it aborts, or at once when it has; returns what stops listening. */
export function onAbort(signal: AbortSignal, stop: (reason: unknown) => void): () => void {
  const listener = (): void => stop(signal.reason);
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
