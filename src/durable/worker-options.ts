import type { Duration } from '../define/duration.ts';
import type { EagerSchedule, RunBasics, TierSchedule } from '../define/run.ts';

/** How a worker works. */
export interface WorkerOptions {
  /** How many runs it has at work at once: a whole number from 1. Default: 10 */
  readonly concurrency?: number | undefined;
  /** The names of the flows whose runs it takes. Default: all flows of the registry, also those that are registered later */
  readonly flows?: readonly string[] | undefined;
  /**
   * How long it waits at most before it looks again when nothing was due; it waits for a random part of that, from a half on.
   * Default: 1 s
   */
  readonly pollEvery?: Duration | undefined;
  /**
   * A run that has nothing to do for longer than this is let go of at once, so that it takes neither memory nor one of the places that
   * `concurrency` counts: it sleeps, waits for a signal or for its next attempt. It is taken again when it is time. One with resources attached
   * stays. Default: 1 s
   */
  readonly evictAfter?: Duration | undefined;
}

/** How to end the work of a worker or of a registry. */
export interface DrainOptions {
  /** How long the runs at work may take to end. Those that have not ended by then are handed back. Default: 5 s */
  readonly grace?: Duration | undefined;
}

/**
 * Where a worker stands: `running` until it is stopped, `draining` while it waits for its last runs, `stopped` when it has none any more.
 */
export type WorkerStatus = 'running' | 'draining' | 'stopped';

/**
 * Takes over runs that are due and that nobody has, the longest due first, and goes on with them: runs that were submitted, that were
 * handed back, those whose time to sleep is over or that were sent a signal, and those of processes that died. A run that cannot go on is an
 * internal error of the stage `recover`; it is tried again when its lease is over.
 */
export interface Worker extends AsyncDisposable {
  /** Where it stands. */
  readonly status: WorkerStatus;
  /** How many runs it has at work. */
  readonly atWork: number;
  /** Resolves when nothing is at work, apart from runs that sleep, and a look at the store found nothing due, or when the worker was stopped. */
  idle(): Promise<void>;
  /**
   * Takes nothing new, and waits until the runs at work have ended or `grace` is over. Runs that have not ended by then are handed back:
   * their signals are aborted, their `done` rejects with a `HandedBackError`, and another worker may go on with them at once. A second call may
   * shorten the time.
   *
   * @throws InvalidOptionError - rejects: an option cannot be meant
   */
  stop(options?: DrainOptions): Promise<void>;
  /** Stops it as `stop()` does. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of a run that is submitted: those of a run that another process can go on with. */
export type SubmitOptions = Omit<RunBasics, 'signal' | 'clock'> & (EagerSchedule | TierSchedule);

/** The arguments of `submit` after the flow: the input may be left out where `undefined` is one. */
export type SubmitArguments<Given> = undefined extends Given
  ? readonly [input?: Given, options?: SubmitOptions | undefined]
  : readonly [input: Given, options?: SubmitOptions | undefined];
