import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { FlowCallbacks, ProcessCallbacks } from './callbacks.ts';
import type { Applied, ApplyArguments, ApplyOptions, PossibleNext } from './apply.ts';
import type { FlowSnapshot } from './flow-snapshot.ts';
import type { Callable } from './composites.ts';
import type { Durability } from './durability.ts';
import type { Duration } from './duration.ts';
import type { StepExplanation } from './explanation.ts';
import type { FlowGraph } from './graph.ts';
import type { Merged } from './merged.ts';
import type { FlowTypeError, LiteralName } from './names.ts';
import type { Ref } from './refs.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { FlowResult, Run, RunOptions } from './run.ts';
import type { Scope } from './scope.ts';

/** The arguments of `run` and `start`: the input may be left out where `undefined` is one. */
export type StartArguments<Given> = undefined extends Given
  ? readonly [input?: Given, options?: RunOptions | undefined]
  : readonly [input: Given, options?: RunOptions | undefined];

/** Options of a flow. */
export interface FlowOptions<Given, Input> {
  /** Any Standard Schema (Zod, Valibot, ArkType, …). The input is validated when a run starts, and the steps get its output. */
  readonly input?: StandardSchemaV1<Given, Input> | undefined;
}

/**
 * A named, registered definition with one input; holds processes. `Given` is what `run` takes, `Input` what the steps get.
 *
 * What changes the definition throws a `FlowError` at once: `frozen` after the first `compile` or run, else `invalid-name`,
 * `invalid-retry`, `invalid-duration`, `invalid-limit` or `invalid-option` for its own argument.
 */
export interface Flow<Given = undefined, Input = Given> extends FlowCallbacks<Input>, Callable<Given> {
  /** The name of the flow. */
  readonly name: string;
  /** Adds a process. Processes run side by side unless they are ordered with `after`. */
  process<const Name extends string>(name: LiteralName<Name>): Process<Input, Given>;
  /**
   * Adds a process, named `steps`, in which each item follows the one before it, also inside of the bodies of its composite steps.
   *
   * @throws FlowError - what the body throws, and nothing is added
   */
  steps(body: (steps: Scope<Input>) => unknown): Process<Input, Given>;
  /** Sets the retry policy of all its steps; what a step or a process says goes first. */
  stepRetry(retry: RetryPolicy): this;
  /** Sets the timeout of each attempt of all its steps; what a step or a process says goes first. */
  stepTimeout(timeout: Duration): this;
  /** Sets the timeout of its processes; what a process says goes first. */
  processTimeout(timeout: Duration): this;
  /** Sets the longest time of a run; `always` steps are neither counted nor ended by it. */
  flowTimeout(timeout: Duration): this;
  /** Sets how many steps of one run may be at work at once: a whole number from 1. */
  concurrency(limit: number): this;
  /**
   * Sets when its runs are recorded: each step before anything comes of it (`'step'`), everything when a run fails or is stopped
   * (`'exit'`: a run whose process dies is lost), or never (`'none'`). Without a store nothing is. Default: what the registry says
   */
  durability(durability: Durability): this;
  /** Leaves out the callbacks of the registry, about the flow, its processes and its steps. */
  disableDefaults(): this;
  /** Sets the text that tables and drawings show. */
  describe(text: string): this;
  /**
   * Returns the graph as it is defined now; the definition stays open.
   *
   * @throws FlowDefinitionError - with all problems of the definition
   */
  graph(): FlowGraph;
  /**
   * Returns which retry, timeouts and limits hold for a step as it is defined now, and who said so; the definition stays open.
   *
   * @param ref - a handle, token, function, path, or a name that one process has; what no process has is looked for in bodies, where a path may
   * leave out the process: `lines/pack`
   * @throws FlowDefinitionError - with all problems of the definition
   * @throws UnknownStepError - no step has this name, or registered this function
   * @throws AmbiguousStepError - several steps fit
   */
  explain(ref: Ref): StepExplanation;
  /**
   * Checks the definition, freezes it and returns its graph. Running it does this too.
   *
   * @throws FlowDefinitionError - with all problems of the definition
   */
  compile(): FlowGraph;
  /**
   * Runs the flow and resolves with its result. It never rejects because a step failed; see `orThrow`.
   *
   * @throws InputError - rejects when the input does not fit the schema; no run was made
   * @throws FlowDefinitionError - rejects with all problems of the definition
   * @throws InvalidOptionError - rejects when an option cannot be meant
   */
  run(...args: StartArguments<Given>): Promise<FlowResult>;
  /**
   * Starts a run and returns it. Its first step starts in the next microtask, or when the schema has accepted the input. An
   * input that the schema refuses rejects `done` with an `InputError`; there is no run then.
   *
   * @throws FlowDefinitionError - with all problems of the definition
   * @throws InvalidOptionError - an option cannot be meant
   */
  start(...args: StartArguments<Given>): Run;
  /**
   * Advances a run by what a snapshot says of it, and returns the next snapshot: load, apply, save. Nothing is kept in memory or in a
   * store, so one process can advance any number of runs, and another process the same one, if only one does at a time. A function whose
   * end was not saved is called again.
   *
   * A run that has succeeded is returned as it is; one that failed or was stopped goes on where it stands, as `recover` does: what succeeded
   * is not repeated.
   *
   * @param snapshot - what the last `apply` returned; `null` for a run that begins; or the state of a go-stepflow flow, for a flow made by `steps`
   * @throws InputError - rejects: the input does not fit the schema
   * @throws IncompatibleDefinitionError - rejects: the run has come to where the definition does not lead any more
   * @throws FlowError - rejects: `corrupt-journal`, `unknown-format`, `invalid-option`: it is no snapshot of this flow
   * @throws UnknownSignalError, SignalError - rejects: a signal nobody waits for, or whose payload does not fit
   */
  apply(snapshot: FlowSnapshot, options?: ApplyOptions<Given>): Promise<Applied>;
  /** The same for a run that may begin. */
  apply(snapshot: FlowSnapshot | readonly string[] | null, ...args: ApplyArguments<Given>): Promise<Applied>;
  /**
   * Returns whether the run of a snapshot has succeeded. One that failed or was stopped is not completed: the next `apply` goes on with it. Of a
   * state of go-stepflow says what `IsCompleted` does: whether it is the one event of the end of this flow.
   */
  isCompleted(snapshot: FlowSnapshot | readonly string[] | null): boolean;
  /**
   * Returns where the run of a snapshot stands, in the words of go-stepflow: `completed:deploy/v1/build` is what went well last, and
   * `start:deploy/v1/mergedWaitFor` what is waited for. A flow whose items follow one another has one such event. Takes a state of go-stepflow too,
   * as `apply` does.
   *
   * @throws FlowError - as `apply` rejects with: it is no snapshot of this flow
   */
  cursor(snapshot: FlowSnapshot | readonly string[] | null): readonly string[];
  /** Returns what can come next: one entry for each way that a step which is next can end, with its reason. Takes what `cursor` takes. */
  possibleNext(snapshot: FlowSnapshot | readonly string[] | null): readonly PossibleNext[];
}

/**
 * A DAG of steps inside a flow. Its methods add to the definition until the first `compile` or run freezes it.
 *
 * They throw a `FlowError` at once for what one call can see: `frozen`, `invalid-name`, `not-a-function`, `anonymous-function`,
 * `empty-group`, `invalid-retry`, `invalid-duration`, `invalid-limit`, `invalid-option`, `foreign-handle`. What needs the whole
 * definition (unknown, duplicate and ambiguous names, cycles) is reported by `compile`.
 */
export interface Process<Input = unknown, Given = Input> extends Scope<Input>, ProcessCallbacks<Input> {
  /** The name of the process. */
  readonly name: string;
  /** The flow it belongs to. */
  readonly flow: Flow<Given, Input>;
  /**
   * Copies the steps of another process, as they are now, into this one: of any flow, of any registry. The source never changes,
   * and what it does later has no effect here.
   *
   * A step that this process does not have is added, with its function and its timings. A step that both have keeps the function of this
   * process and waits for the timings of both; the conditions of both have to be true, and what else this process says of it goes
   * first. A step that was added may be registered again under its name, as often as you like: the new function replaces the merged one,
   * timings are added, the rest stays. The own retry and timeout of a merged step hold where neither step, process nor flow has one
   * here, before the registry's. Settings, order and description of the source itself stay behind. Cycles are reported by `compile`.
   *
   * A composite step is copied with its bodies, whose functions read by the handles of the source what came of these; one that this
   * process has under its name stays as it is, with its own bodies.
   *
   * @param source - a process whose steps can do with the input of this flow
   * @throws FlowError - `duplicate-step`: a step of one name runs always in one of the two; `foreign-handle`: a step calls a flow of another
   * registry. Nothing is merged then
   */
  merge<Needed>(source: [Input] extends [Needed] ? Process<Needed, never> : FlowTypeError<'the steps of the source need another input'>): Merged<Input>;
  /** Starts this process only after the others went well. Their results and keys can be read. */
  after(...processes: readonly [Process<Input, never>, ...Process<Input, never>[]]): this;
  /** Sets how many steps of this process may be at work at once in a run: a whole number from 1. */
  concurrency(limit: number): this;
  /** Sets the retry policy of its steps; a step's own one goes first. */
  stepRetry(retry: RetryPolicy): this;
  /** Sets the timeout of each attempt of its steps; a step's own one goes first. */
  stepTimeout(timeout: Duration): this;
  /** Sets the longest time from the start of its first step to the end of its last; `always` steps are not counted. */
  processTimeout(timeout: Duration): this;
  /** Leaves out the callbacks of the registry about this process and its steps. */
  disableDefaults(): this;
  /** Sets the text that tables and drawings show. */
  describe(text: string): this;
}
