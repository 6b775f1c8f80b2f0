import type { Clock } from '../clock.ts';
import type { Duration } from './duration.ts';
import type { FlowSnapshot } from './flow-snapshot.ts';
import type { RunEvent, RunEventName, RunEventOf } from './events.ts';
import type { LiveOutcome, Outcome, ProcessOutcome, RunOutcome } from './outcome.ts';
import type { Ref, ValueOf } from './refs.ts';

/** Where a run stands. */
export type RunStatus = 'running' | 'paused' | 'stopping' | RunOutcome;

/** Options of one run, apart from how it schedules. */
export interface RunBasics {
  /** Stops the run with `mode: 'abort'` when it aborts; its reason becomes the run's. */
  readonly signal?: AbortSignal | undefined;
  /** The id of the run. Default: made by the registry's `ids`. */
  readonly runId?: string | undefined;
  /**
   * How many steps of this run may be at work at once: a whole number from 1. Where the flow has a limit too, the smaller one
   * counts. Default: what the flow says, else no limit.
   */
  readonly concurrency?: number | undefined;
  /** The longest time of the whole run; `always` steps are neither counted nor ended by it. Default: what the flow says, else no limit. */
  readonly flowTimeout?: Duration | undefined;
  /** How long the run waits for a step whose signal has aborted before it goes on without it. Default: 5 s */
  readonly grace?: Duration | undefined;
  /** The clock of this run. Default: the registry's. */
  readonly clock?: Clock | undefined;
  /**
   * Whether `s.get` throws an `AmbiguousKeyError` for a key that ancestors side by side have set, instead of taking the value of the
   * one that was declared later. And whether, in a recorded run, others get what was recorded, read back, instead of what a step returned or set: then what
   * that step does with it afterwards is not seen here and missed by a run that goes on. All who read it share one copy. Default: what the registry
   * says, else false
   */
  readonly strict?: boolean | undefined;
}

/** Starts every step the moment its timings allow. This is the default. */
export interface EagerSchedule {
  /** How steps are scheduled. */
  readonly schedule?: 'eager' | undefined;
  /**
   * What the failure of a step does to the others: nothing but cancel what depends on it (`'continue'`, the default), or
   * stop the run and abort what is at work (`'fail-fast'`).
   */
  readonly onFailure?: 'continue' | 'fail-fast' | undefined;
}

/** Starts the steps of a tier only when all steps of the tiers before it have ended; see `FlowGraph.tiers`. */
export interface TierSchedule {
  /** How steps are scheduled. */
  readonly schedule: 'tiers';
  /**
   * What the failure of a step does to the others: its own tier finishes and no further tier starts (`'finish-tier'`, the
   * default), the run stops and what is at work is aborted (`'fail-fast'`), or nothing but cancel what depends on it (`'continue'`).
   */
  readonly onFailure?: 'finish-tier' | 'fail-fast' | 'continue' | undefined;
}

/** Options of one run. */
export type RunOptions = RunBasics & (EagerSchedule | TierSchedule);

/** How to stop a run. */
export interface StopOptions {
  /**
   * `'drain'` (the default) lets running steps finish, without another attempt; `'abort'` aborts their signals and waits
   * for them for at most `grace`.
   */
  readonly mode?: 'drain' | 'abort' | undefined;
  /** How long an abort waits. Default: the grace of the run. */
  readonly grace?: Duration | undefined;
  /**
   * Whether an `'abort'` also ends `always` steps and callbacks, at the latest when `grace` is over, and starts no more `always` steps
   * and callbacks of processes and the flow: the last resort when one of them hangs.
   * Default: false
   */
  readonly force?: boolean | undefined;
}

/** How to send a signal. */
export interface SendOptions {
  /** Makes the signal known: one of the same id that was sent to the run before is not sent again. Default: made by the registry's `ids` */
  readonly id?: string | undefined;
}

/** Pauses, resumes and stops a run or one process of it. After the end every call is without effect. */
export interface RunControl {
  /** Starts no further step until `resume`; running ones finish. */
  pause(): void;
  /** Ends a pause. */
  resume(): void;
  /**
   * Starts nothing more but `always` steps, also while paused; waiting retries end at once. A later `'abort'` sharpens an earlier
   * `'drain'`, and the first reason stays.
   *
   * @param reason - what outcomes and signals show. Default: a `StoppedError`
   * @throws InvalidOptionError - the options cannot be meant, or stand where the reason belongs
   */
  stop(reason?: unknown, options?: StopOptions): void;
}

/** One execution of a flow that has been started. */
export interface Run extends RunControl, AsyncDisposable {
  /** The id of the run. */
  readonly id: string;
  /** Where the run stands. */
  readonly status: RunStatus;
  /**
   * Resolves with the result when the run has ended. It never rejects because a step failed; it rejects with an `InputError` when
   * the schema refuses the input, and with the reason when the run is aborted before an asynchronous schema has answered.
   */
  readonly done: Promise<FlowResult>;
  /**
   * Calls `listener` on every event of this name, or on all for `'*'`; returns what undoes it. A listener that throws changes
   * nothing; its error is an `internal-error` event.
   *
   * @throws InvalidOptionError - there is no such event, or the listener is not a function
   */
  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void;
  /** Returns the events from now on; ends with the run. */
  events(): AsyncIterableIterator<RunEvent>;
  /**
   * Returns the control of one process of this run.
   *
   * @throws FlowError - `unknown-process`
   */
  process(name: string): RunControl & { readonly status: RunStatus | ProcessOutcome };
  /** Returns where a step stands now; throws as `FlowResult.value` does when there is not exactly one such step. */
  outcome<Target extends Ref>(ref: Target): Outcome<ValueOf<Target>> | LiveOutcome;
  /**
   * Sends a signal to a step that waits for it, or will: it is kept until then, first come first served. Resolves when it has arrived; in a
   * recorded run, when that is recorded.
   *
   * @param to - the name of the step if no other wait has it, else its path; inside of a loop, a retry or a `forEach`, `fulfil/lines/a-17/approve`
   * means one item, and `fulfil/lines/approve` the first that waits
   * @throws UnknownSignalError - rejects: no step of the flow waits for it; names the nearest
   * @throws AmbiguousStepError - rejects: several steps have the name
   * @throws SignalError - rejects: the payload does not fit the schema of the step
   * @throws FlowError - rejects with `run-ended`
   */
  sendSignal(to: string, payload?: unknown, options?: SendOptions): Promise<void>;
  /**
   * Returns where a recorded run is: what `apply`, `cursor`, `possibleNext` and `isCompleted` take. Resolves when everything that it has done by now
   * is recorded; what is at work has not ended there. It is a copy: whoever goes on with it by `apply` calls what the run here calls, too.
   *
   * @throws FlowError - rejects: `no-store`: the run is not recorded, so nobody has noted where it is; `unknown-run`: nothing is left of it, because it
   * was refused, or succeeded with the durability `'exit'`
   */
  snapshot(): Promise<FlowSnapshot>;
  /** Stops the run with `mode: 'abort'` and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A step that failed, or the callbacks before or after a process or the flow, and the error. */
export interface StepFailure {
  /**
   * The step's path, also inside of a composite step: `fulfil/lines/a-17/pack`, `fulfil/pay/card/charge` in a flow that is called. Of callbacks
   * `fulfil/@before`, `fulfil/@after`, or without a process those of the flow.
   */
  readonly path: string;
  /** What the step threw; the thrown object itself when it is an `Error`. */
  readonly error: Error;
}

/** When a step was at work, as positions in the order of all starts and ends of the run. A step that never started has none. */
export interface TimelineEntry {
  /** The step's path. */
  readonly path: string;
  /** The position of its first start. */
  readonly start: number;
  /** The position of its end; above `start`. Infinite for a step that was abandoned. */
  readonly end: number;
}

/** A signal that nobody had taken when the run ended. */
export interface UnreadSignal {
  /** Its id. */
  readonly id: string;
  /** The name or the path of the step that it was sent to. */
  readonly to: string;
}

/** What one process ended with. */
export interface ProcessResult {
  /** The name of the process. */
  readonly name: string;
  /** How the process ended: `failed` when a step failed or its time ran out, else `stopped` or `cancelled` when a step was. */
  readonly status: ProcessOutcome;
  /** What it was stopped with, or the whole run was, if it was stopped or its time ran out; else `undefined`. */
  readonly reason: unknown;
  /** The outcomes of its steps, by step name. */
  readonly steps: ReadonlyMap<string, Outcome>;
  /** The steps that failed, in graph order. */
  readonly errors: readonly StepFailure[];
}

/** What a run ended with. */
export interface FlowResult {
  /** The id of the run. */
  readonly runId: string;
  /** The name of the flow. */
  readonly flow: string;
  /** `failed` when a step failed or the time of a process or of the flow ran out, `stopped` when a step was stopped, else `succeeded`. */
  readonly status: RunOutcome;
  /** When the run started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the run ended, in milliseconds since the epoch. */
  readonly endedAt: number;
  /** The outcomes of all steps by path, in graph order. */
  readonly steps: ReadonlyMap<string, Outcome>;
  /**
   * The steps that failed, in graph order. In place of a composite step that failed because of what is inside of it stand the steps that failed
   * there.
   */
  readonly errors: readonly StepFailure[];
  /** The paths of steps that were still at work when the run went on without them. */
  readonly abandoned: readonly string[];
  /**
   * The signals that nobody had taken when the run ended, in the order in which they came; of a recorded run those that had reached
   * this process, and all of them in what `flows.result` returns.
   */
  readonly unreadSignals: readonly UnreadSignal[];
  /** The steps that started, in the order of their starts. */
  readonly timeline: readonly TimelineEntry[];
  /**
   * What the run was stopped with, if it was stopped or its time ran out; else the `TimeoutError` of the first process, in the order of
   * declaration, whose time ran out; else `undefined`. What a process was stopped with is in its own result: `process(name).reason`.
   */
  readonly reason: unknown;
  /**
   * Returns the value of a step.
   *
   * @throws MissingResultError - the step did not succeed; the message carries the chain of causes
   * @throws UnknownStepError - there is no such step
   * @throws AmbiguousStepError - several processes have a step of this name, or registered this function
   */
  value<Target extends Ref>(ref: Target): ValueOf<Target>;
  /**
   * Returns how a step ended; throws as `value` does when there is not exactly one such step. Also takes the path of callbacks
   * that did not go well, as `errors` and causes name it: `fulfil/@before`; and that of a step in a body, as `errors` names it.
   */
  outcome<Target extends Ref>(ref: Target): Outcome<ValueOf<Target>>;
  /** Returns the path of the one step that a ref names; throws as `value` does. */
  path(ref: Ref): string;
  /**
   * Returns the result of one process.
   *
   * @throws FlowError - `unknown-process`
   */
  process(name: string): ProcessResult;
  /** Returns why a step, or callbacks, ended so, as one line: `ship: cancelled ← charge: failed: card declined`. Refs are those of `outcome`. */
  explain(ref: Ref): string;
  /**
   * Returns this result if the run succeeded.
   *
   * @throws RunError - the run did not succeed; `errors` holds all failures
   */
  orThrow(): this;
  /**
   * Goes on with the recorded run that ended so, as `flows.resume` does, and returns how it ends then: what failed, what was stopped and all
   * that waits for it run again, what succeeded does not. The run goes on where it stands now, so an old result is as good as a new one, any
   * number of times.
   *
   * @throws FlowError - rejects: `no-store`: the run was not recorded; `run-succeeded`: there is nothing to recover; and what `flows.resume`
   * rejects with
   */
  recover(): Promise<FlowResult>;
}
