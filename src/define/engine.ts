import type { Applied, ApplyOptions, PossibleNext } from './apply.ts';
import type { StepExplanation } from './explanation.ts';
import type { FlowGraph } from './graph.ts';
import type { InternalErrorHandler, InternalErrorOptions, InternalErrorSink } from './internal-errors.ts';
import type { FlowResult, Run, RunOptions } from './run.ts';
import type { FlowSpec } from './spec.ts';

/** What a definition needs from the rooms above it: a registry is made with one. */
export interface Engine {
  /** Checks the definition as it is now and returns its graph. */
  graph(flow: FlowSpec): FlowGraph;
  /** Checks the definition as it is now and returns which settings hold for a step, and why. */
  explain(flow: FlowSpec, ref: unknown): StepExplanation;
  /** Checks the definition, freezes it and returns its graph. */
  compile(flow: FlowSpec): FlowGraph;
  /** Freezes the definition and runs it to its end. */
  run(flow: FlowSpec, input: unknown, options: RunOptions | undefined): Promise<FlowResult>;
  /** Freezes the definition and starts a run of it. */
  start(flow: FlowSpec, input: unknown, options: RunOptions | undefined): Run;
  /** Advances a run by its snapshot. */
  apply(flow: FlowSpec, snapshot: unknown, options: ApplyOptions<unknown> | undefined): Promise<Applied>;
  /** Whether the run of a snapshot has succeeded. */
  isCompleted(flow: FlowSpec, snapshot: unknown): boolean;
  /** Where the run of a snapshot stands. */
  cursor(flow: FlowSpec, snapshot: unknown): readonly string[];
  /** What can come next in the run of a snapshot. */
  possibleNext(flow: FlowSpec, snapshot: unknown): readonly PossibleNext[];
  /** Gives the internal errors of all runs to a handler. */
  onInternalError(handler: InternalErrorHandler, options: InternalErrorOptions | undefined): InternalErrorSink;
}
