import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Duration } from './duration.ts';
import type { FlowGraph } from './graph.ts';
import type { LiteralName } from './names.ts';
import type { Process } from './process.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { FlowResult, Run, RunOptions } from './run.ts';

/** The arguments of `run` and `start`: the input may be left out where `undefined` is one. */
export type StartArguments<Given> = undefined extends Given
  ? readonly [input?: Given, options?: RunOptions | undefined]
  : readonly [input: Given, options?: RunOptions | undefined];

/** Options of a flow. */
export interface FlowOptions<Given, Input> {
  /** Any Standard Schema (Zod, Valibot, ArkType, …). The input is validated when a run starts, and the steps get its output. */
  readonly input?: StandardSchemaV1<Given, Input> | undefined;
}

/** A named, registered definition with one input; holds processes. `Given` is what `run` takes, `Input` what the steps get. */
export interface Flow<Given = undefined, Input = Given> {
  /** The name of the flow. */
  readonly name: string;
  /** Adds a process. Processes run side by side unless they are ordered with `after`. */
  process<const Name extends string>(name: LiteralName<Name>): Process<Input>;
  /** Sets the retry policy of all its steps; what a step or a process says goes first. */
  stepRetry(retry: RetryPolicy): this;
  /** Sets the timeout of each attempt of all its steps; what a step or a process says goes first. */
  stepTimeout(timeout: Duration): this;
  /** Sets the timeout of its processes; what a process says goes first. */
  processTimeout(timeout: Duration): this;
  /** Sets the longest time of a run. */
  flowTimeout(timeout: Duration): this;
  /** Sets how many steps of one run may be at work at once: a whole number from 1. */
  concurrency(limit: number): this;
  /** Sets the text that tables and drawings show. */
  describe(text: string): this;
  /**
   * Returns the graph as it is defined now; the definition stays open.
   *
   * @throws FlowDefinitionError - with all problems of the definition
   */
  graph(): FlowGraph;
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
   */
  run(...args: StartArguments<Given>): Promise<FlowResult>;
  /**
   * Starts a run and returns it. Its first step starts in the next microtask, or when the schema has accepted the input.
   *
   * @throws FlowDefinitionError - with all problems of the definition
   */
  start(...args: StartArguments<Given>): Run;
}

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
  /** How long sync steps may keep the event loop before a run yields. Default: 10 ms */
  readonly yieldAfter?: Duration | undefined;
}

/** Where flows are registered. */
export interface Flows {
  /**
   * Registers a flow.
   *
   * @param name - unique in the registry; `/` is allowed: `deploy/v1`
   * @throws FlowError - `duplicate-flow` or `invalid-name`
   */
  registerFlow<Given = undefined, Input = Given>(name: string, options?: FlowOptions<Given, Input>): Flow<Given, Input>;
  /** Registers a flow with one process of the same name and returns the process; the flow is its property `flow`. */
  flowWithProcess<Input = undefined>(name: string): Process<Input> & { readonly flow: Flow<Input> };
  /** Returns a flow by name, or `undefined`. */
  get(name: string): Flow<unknown> | undefined;
  /** Returns whether a flow of this name is registered. */
  has(name: string): boolean;
  /** Returns the names of all flows, in the order of their registration. */
  list(): readonly string[];
  /** Takes a flow out of the registry and returns whether it was there. Runs that have started go on. */
  unregister(name: string): boolean;
  /**
   * Runs a flow by name.
   *
   * @throws FlowError - rejects with `unknown-flow`, naming the nearest one
   */
  run(name: string, input?: unknown, options?: RunOptions): Promise<FlowResult>;
}
