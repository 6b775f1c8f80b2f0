import type { InternalError, InternalErrorStage } from './events.ts';

/** Gets the internal errors of all runs of a registry. What it throws or rejects with goes to the registry's logger. */
export type InternalErrorHandler = (event: InternalError) => unknown;

/** Options of a handler of internal errors. */
export interface InternalErrorOptions {
  /** Which stages it gets. Default: all */
  readonly stages?: readonly InternalErrorStage[] | undefined;
  /** How many events may wait besides those that are being handled: a whole number from 1. Default: 64 */
  readonly capacity?: number | undefined;
  /** How many calls of the handler may be at work at once: a whole number from 1. Default: 1 */
  readonly concurrency?: number | undefined;
  /** Is told of every event for which there was no room. Default: they go to the registry's logger */
  readonly discard?: ((event: InternalError) => unknown) | undefined;
}

/** A handler of internal errors at work, with a queue that is bounded. `handled` and `discarded` add up to what was sent to it. */
export interface InternalErrorSink extends AsyncDisposable {
  /** How many events the handler is done with, also those at which it failed. */
  readonly handled: number;
  /** For how many events there was no room. */
  readonly discarded: number;
  /** Resolves when no event waits and no call of the handler is at work. */
  idle(): Promise<void>;
  /** Takes no further events; those that wait are still handled. */
  close(): void;
  /** Takes no further events and waits until all are handled. */
  [Symbol.asyncDispose](): Promise<void>;
}
