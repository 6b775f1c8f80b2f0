import type { FlowSnapshot } from './flow-snapshot.ts';
import type { FlowResult } from './run.ts';

/** A signal that comes with an `apply`. */
export interface AppliedSignal {
  /** The name of the step that waits, if no other wait has it, else its path. */
  readonly to: string;
  /** What it carries. */
  readonly payload?: unknown;
  /**
   * Makes it known: one of the same id that nobody has taken, or that is among the last 256 that were taken and came again, is not received again.
   * Default: made by the registry's `ids`
   */
  readonly id?: string | undefined;
}

/** How to advance a run. */
export interface ApplyOptions<Given> {
  /** The input, for a run that begins. */
  readonly input?: Given | undefined;
  /** Signals for steps that wait, or will. */
  readonly signals?: readonly AppliedSignal[] | undefined;
  /**
   * How many functions are called: one (`'one'`), those that can be called without waiting for another one (`'ready'`), or all until the run
   * has ended or waits (`'all'`, the default). Functions are those of steps, the conditions of `waitFor`, `case` and `loopUntil`, and those
   * that make items, inputs and times.
   *
   * What belongs to a function goes with it and does not count: conditions and callbacks of a step, the handler of a `retry`, keys, the
   * next item of an async iterable, schemas. A condition that is waited for is asked in every apply, however early that comes; under `'one'`
   * only if nothing else can be called. So do the second and later times of a loop or a retry wait; of several such, all get their turn.
   */
  readonly budget?: 'one' | 'ready' | 'all' | undefined;
  /**
   * Ends the apply early: what is at work gets its abort signal, and the run is `stopped` with the reason. The next apply goes on with it.
   */
  readonly signal?: AbortSignal | undefined;
  /** The id of a run that begins. Default: made by the registry's `ids` */
  readonly runId?: string | undefined;
}

/** The arguments after a snapshot that may be `null`: a flow with an input needs it. */
export type ApplyArguments<Given> = undefined extends Given ? readonly [options?: ApplyOptions<Given>] : readonly [options: ApplyOptionsWithInput<Given>];

/** The same with an input. */
export interface ApplyOptionsWithInput<Given> extends ApplyOptions<Given> {
  /** The input, for a run that begins. */
  readonly input: Given;
}

/** What an `apply` came to. */
export interface Applied {
  /** Where the run stands now, to be saved. */
  readonly snapshot: FlowSnapshot;
  /** `running`: there is more to call now; `waiting`: not before `wakeAt`, or a signal; else how it has ended. */
  readonly status: 'running' | 'waiting' | 'failed' | 'succeeded' | 'stopped';
  /** When there is something to do without a signal, in milliseconds since the epoch; `undefined`: never, or now. */
  readonly wakeAt: number | undefined;
  /** The paths of the steps whose functions were called, in order. */
  readonly ran: readonly string[];
  /** The result, if the run has ended. */
  readonly result: FlowResult | undefined;
}

/** What can come next, as `FlowSnapshot` cursors say it. */
export interface PossibleNext {
  /** The path of the step. */
  readonly path: string;
  /** The event that it begins with. */
  readonly from: string;
  /** The event that it would come to. */
  readonly to: string;
  /** Why: `completed`, `retry`, or what a condition says. */
  readonly reason: string;
}
