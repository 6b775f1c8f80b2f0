import type { Latch } from './kernel/latches.ts';

/** What a caller's signal stops. */
interface Stoppable {
  readonly settings: { readonly graceMs: number };
  stop(region: number, latch: Latch, graceMs: number): void;
}

/** Aborts a run when its caller's signal does; returns what stops listening. */
export function stopOnAbort(run: Stoppable, signal: AbortSignal): () => void {
  return onAbort(signal, (reason) => run.stop(0, { mode: 'abort', why: 'stop', reason }, run.settings.graceMs));
}

/** Calls `stop` with the signal's reason when it aborts, or at once when it has; returns what stops listening. */
export function onAbort(signal: AbortSignal, stop: (reason: unknown) => void): () => void {
  const listener = (): void => stop(signal.reason);
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
