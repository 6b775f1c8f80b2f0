import type { Key } from './key.ts';
import type { Logger } from '../logger.ts';
import type { Outcome, ProcessOutcome, RunOutcome } from './outcome.ts';
import type { Ref, ValueOf } from './refs.ts';
import type { ResourceContext } from './resource-context.ts';
import type { StepContext } from './step-context.ts';

/** What a callback may return: nothing, or `'break'` to pass over the callbacks of its level that come after it. */
export type CallbackResult = undefined | 'break' | void;

/** A callback: takes the context of what it is about, and returns a {@link CallbackResult} or a promise of one. */
export type Callback<Context> = (context: Context) => CallbackResult | PromiseLike<CallbackResult>;

/** A callback that also gets how it ended. */
export type AfterCallback<Context, Ended> = (context: Context, ended: Ended) => CallbackResult | PromiseLike<CallbackResult>;

/** Options of a callback. Filters add up: all of them have to let it through; one that they hold back counts as done. */
export interface CallbackOptions {
  /**
   * Whether its failure is a failure of the flow, process or step that it is about; no further callback runs then, of this level
   * or of later ones. The failure of an optional one is an `internal-error` event and changes nothing. Default: false
   */
  readonly must?: boolean | undefined;
  /** The names of the flows, processes or steps that it is for. Default: all */
  readonly onlyFor?: string | readonly string[] | undefined;
  /** The names of the flows, processes or steps that it is not for. Default: none */
  readonly notFor?: string | readonly string[] | undefined;
  /** Asked each time right before it would run. What it throws is an `internal-error` event and counts as no. */
  readonly if?: (() => boolean) | undefined;
}

/** Options of a callback that runs after the end of what it is about. */
export interface AfterCallbackOptions<Status extends string> extends CallbackOptions {
  /** The ends that it is for. Default: all */
  readonly when?: Status | readonly Status[] | undefined;
  /** The ends that it is not for. Default: none */
  readonly exclude?: Status | readonly Status[] | undefined;
  /**
   * Whether it also runs when a `must` callback before it failed (also one that runs before the work), or when its level was
   * broken off. Default: false
   */
  readonly always?: boolean | undefined;
}

/** How a step that was at work ended, as a word. */
export type WorkedStatus = 'succeeded' | 'failed' | 'stopped';

/** What a callback about a flow gets. */
export interface FlowContext<Input = unknown> {
  /** The flow's input, as its schema gave it. */
  readonly input: Input;
  /** The name of the flow. */
  readonly name: string;
  /** The id of the run. */
  readonly runId: string;
  /** Whether the run goes on after an interruption, and the flow had begun before that. */
  readonly recovering: boolean;
  /** Aborts when the run is stopped with `mode: 'abort'`; after the work, only when that is forced. */
  readonly signal: AbortSignal;
  /** The logger of the registry. */
  readonly logger: Logger;
  /**
   * Returns what a callback about the flow has set under a key. A plain string falls back to the property of that name of the
   * input. What processes and steps set is not seen here.
   */
  get<Value = unknown>(key: Key<Value> | string): Value | undefined;
  /** Sets a value; what `beforeFlow` sets is seen by all steps, unless a process or a step sets the same key. The input stays as it is. */
  set<Value>(key: Key<Value> | string, value: Value): void;
  /**
   * Returns how a step ended.
   *
   * @throws NotVisibleError - it has not ended
   */
  outcome<Target extends Ref>(ref: Target): Outcome<ValueOf<Target>>;
}

/** What a callback about a process gets. */
export interface ProcessContext<Input = unknown> extends ResourceContext {
  /** The flow's input, as its schema gave it. */
  readonly input: Input;
  /** The name of the process. */
  readonly name: string;
  /** The name of the flow. */
  readonly flow: string;
  /** The id of the run. */
  readonly runId: string;
  /** Whether the run goes on after an interruption, and the process had begun before that. */
  readonly recovering: boolean;
  /** Aborts when the run or the process is stopped with `mode: 'abort'`; after the work, only when that is forced. */
  readonly signal: AbortSignal;
  /** The logger of the registry. */
  readonly logger: Logger;
  /**
   * Returns the value under a key: what a callback about the process has set, or the nearest one that its steps have set, or
   * those of the processes and callbacks before it. Of steps that do not wait for one another the later declared one wins.
   */
  get<Value = unknown>(key: Key<Value> | string): Value | undefined;
  /** Sets a value; what `beforeProcess` sets is seen by all steps of the process, unless a step sets the same key. */
  set<Value>(key: Key<Value> | string, value: Value): void;
  /**
   * Returns exactly what a step of this process, or of one that goes before it, has set under a key.
   *
   * @throws NotVisibleError - the callback does not run after this step
   */
  getByStep<Value = unknown>(step: Ref, key: Key<Value> | string): Value | undefined;
  /**
   * Returns how a step ended.
   *
   * @throws NotVisibleError - it has not ended
   */
  outcome<Target extends Ref>(ref: Target): Outcome<ValueOf<Target>>;
}

/** How a step that was at work ended. */
export type WorkedOutcome<Value = unknown> = Extract<Outcome<Value>, { readonly status: WorkedStatus }>;

/** Registers callbacks about steps. Those of registry, flow, process and step all run, in this order, before and after. */
export interface StepCallbacks<Input, Value = unknown> {
  /**
   * Runs before the first attempt of a step, once its timings and conditions let it start. When a `must` one fails, the step has
   * failed without an attempt. It is not charged to the timeout of the step.
   */
  beforeStep(fn: Callback<StepContext<Input>>, options?: CallbackOptions): this;
  /**
   * Runs after the last attempt of a step, before anything that waits for the step; not for steps that were never at work. When
   * a `must` one fails, the step has failed.
   */
  afterStep(fn: AfterCallback<StepContext<Input>, WorkedOutcome<Value>>, options?: AfterCallbackOptions<WorkedStatus>): this;
}

/** Registers callbacks about processes and their steps. */
export interface ProcessCallbacks<Input> extends StepCallbacks<Input> {
  /** Runs before the first step of a process. When a `must` one fails, its steps but the `always` ones are cancelled, and the process has failed. */
  beforeProcess(fn: Callback<ProcessContext<Input>>, options?: CallbackOptions): this;
  /**
   * Runs when all steps of a process have their outcomes, before the processes that are ordered after it; not for processes that
   * have not begun. When a `must` one fails, the process has failed.
   */
  afterProcess(fn: AfterCallback<ProcessContext<Input>, ProcessOutcome>, options?: AfterCallbackOptions<ProcessOutcome>): this;
}

/** Registers callbacks about flows, their processes and their steps. */
export interface FlowCallbacks<Input> extends ProcessCallbacks<Input> {
  /** Runs before everything else of a run. When a `must` one fails, all steps but the `always` ones are cancelled, and the run has failed. */
  beforeFlow(fn: Callback<FlowContext<Input>>, options?: CallbackOptions): this;
  /** Runs when all processes have ended. When a `must` one fails, the run has failed. */
  afterFlow(fn: AfterCallback<FlowContext<Input>, RunOutcome>, options?: AfterCallbackOptions<RunOutcome>): this;
}
