import type { Clock } from '../clock.ts';
import type { FlowCallbacks } from './callbacks.ts';
import type { Records } from './records.ts';
import type { Logger } from '../logger.ts';
import type { Duration } from './duration.ts';
import type { Flow, FlowOptions, Process } from './flow.ts';
import type { InternalErrorHandler, InternalErrorOptions, InternalErrorSink } from './internal-errors.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { FlowResult, RunOptions } from './run.ts';

/** Options of a registry. */
export interface FlowsOptions {
  /** The clock of its runs. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Makes run ids. Default: random UUIDs. */
  readonly ids?: (() => string) | undefined;
  /** Draws the jitter of retries: numbers from 0 to below 1. Default: `Math.random` */
  readonly random?: (() => number) | undefined;
  /** Where problems go that nobody listens to, and `s.logger`. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** How many steps may be at work at once in all runs of this registry together: a whole number from 1. Default: no limit. */
  readonly concurrency?: number | undefined;
  /** The retry policy of steps for which neither step, process nor flow has one. Default: no retries. */
  readonly stepRetry?: RetryPolicy | undefined;
  /** The timeout of an attempt for which neither step, process nor flow has one. Default: none. */
  readonly stepTimeout?: Duration | undefined;
  /** The timeout of processes for which neither process nor flow has one. Default: none. */
  readonly processTimeout?: Duration | undefined;
  /** How long sync steps may keep the event loop before a run yields. Default: 5 ms */
  readonly yieldAfter?: Duration | undefined;
  /** Whether its runs are strict where they do not say; see `RunOptions`. Default: false */
  readonly strict?: boolean | undefined;
}

/**
 * Where flows are registered. Its callbacks are those of all its flows that do not leave them out; one that is added later is
 * there for the runs that start later.
 */
export interface Flows extends FlowCallbacks<unknown> {
  /**
   * Registers a flow.
   *
   * @param name - unique in the registry; `/` is allowed: `deploy/v1`
   * @throws FlowError - `duplicate-flow` or `invalid-name`
   */
  registerFlow<Given = undefined, Input = Given>(name: string, options?: FlowOptions<Given, Input>): Flow<Given, Input>;
  /** Registers a flow with one process of the same name and returns the process; the flow is its property `flow`. */
  flowWithProcess<Input = undefined>(name: string): Process<Input>;
  /** Returns a flow by name, or `undefined`. */
  get(name: string): Flow<unknown> | undefined;
  /** Returns whether a flow of this name is registered. */
  has(name: string): boolean;
  /** Returns the names of all flows, in the order of their registration. */
  list(): readonly string[];
  /** Takes a flow out of the registry and returns whether it was there. Runs that have started go on. */
  unregister(name: string): boolean;
  /**
   * Sets where execution records go, for runs that start later; `undefined` ends it.
   *
   * @throws InvalidOptionError - there is no such kind or hook, or a hook is not a function
   */
  records(records: Records | undefined): this;
  /**
   * Runs a flow by name.
   *
   * @throws FlowError - rejects with `unknown-flow`, naming the nearest one
   */
  run(name: string, input?: unknown, options?: RunOptions): Promise<FlowResult>;
  /**
   * Gives the internal errors of all runs of this registry to `handler`, from now on until `close`. It is called later, never
   * inside of a run, and costs nothing where nothing goes wrong. Every event goes to each handler that takes its stage.
   *
   * @throws InvalidOptionError - the handler is not a function, or an option cannot be meant
   * @example
   * const sink = flows.onInternalError((event) => report(event.error), { stages: ['resource'] });
   */
  onInternalError(handler: InternalErrorHandler, options?: InternalErrorOptions): InternalErrorSink;
}
