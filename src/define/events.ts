import type { CallbackPlace } from '../errors.ts';
import type { Outcome, ProcessOutcome, RunOutcome } from './outcome.ts';

/** What every event carries. */
export interface EventBase {
  /** The id of the run. */
  readonly runId: string;
  /** The name of the flow. */
  readonly flow: string;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
}

/** What every event of a step carries. */
export interface StepEventBase extends EventBase {
  /** The step's path. */
  readonly path: string;
  /** The name of the step's process. */
  readonly process: string;
  /** The step's name. */
  readonly step: string;
}

/** The run took its first step. */
export interface RunStarted extends EventBase {
  readonly type: 'run-started';
}
/** An attempt of a step is about to call its function. */
export interface StepStarted extends StepEventBase {
  readonly type: 'step-started';
  /** The number of the attempt, from 1. */
  readonly attempt: number;
}
/** An attempt failed and another one will follow. */
export interface StepRetrying extends StepEventBase {
  readonly type: 'step-retrying';
  /** The number of the attempt that failed. */
  readonly attempt: number;
  /** What it threw. */
  readonly error: Error;
  /** When the next attempt may start, in milliseconds since the epoch. */
  readonly retryAt: number;
}
/** A step has its outcome, also one that never started. */
export interface StepEnded extends StepEventBase {
  readonly type: 'step-ended';
  /** How it ended. */
  readonly outcome: Outcome;
  /** How many attempts were made; 0 for a step that never started. */
  readonly attempts: number;
}
/** The run, or one process of it, was paused. */
export interface RunPaused extends EventBase {
  readonly type: 'run-paused';
  /** The process, or `undefined` for the whole run. */
  readonly process: string | undefined;
}
/** A pause ended. */
export interface RunResumed extends EventBase {
  readonly type: 'run-resumed';
  /** The process, or `undefined` for the whole run. */
  readonly process: string | undefined;
}
/** The run, or one process of it, starts nothing more: it was stopped, its time ran out, or a step failed under `fail-fast`. */
export interface RunStopping extends EventBase {
  readonly type: 'run-stopping';
  /** The process, or `undefined` for the whole run. */
  readonly process: string | undefined;
  /** Whether running steps finish or are aborted. */
  readonly mode: 'drain' | 'abort';
  /** Why. */
  readonly reason: unknown;
}
/** All steps of a process have their outcomes. */
export interface ProcessEnded extends EventBase {
  readonly type: 'process-ended';
  /** The name of the process. */
  readonly process: string;
  /** How it ended. */
  readonly status: ProcessOutcome;
}
/** The run has its result. It is the last event. */
export interface RunEnded extends EventBase {
  readonly type: 'run-ended';
  /** How it ended. */
  readonly status: RunOutcome;
}
/**
 * Where an internal error came from: a callback, a condition, a step that was stopped or that its run had gone on without, a listener, a hook of
 * records, a predicate, a hook of a resource, or a signal whose payload does not fit.
 */
export type InternalErrorStage = 'callback' | 'condition' | 'late-step' | 'listener' | 'persist' | 'predicate' | 'recover' | 'resource' | 'signal';

/** What was done with a resource when its hook failed. */
export type ResourceAction = 'initialize' | 'suspend' | 'recover' | 'release';

/** Something outside the functions of steps failed. It changed nothing in the run, unless it was a `must` callback. */
export interface InternalError extends EventBase {
  readonly type: 'internal-error';
  /** Where. */
  readonly stage: InternalErrorStage;
  /** What was thrown. */
  readonly error: Error;
  /** The step, process or flow it belongs to, if any: a path or a name. */
  readonly path: string | undefined;
  /** The callback that threw; only for the stage `callback`. */
  readonly callback?: CallbackPlace | undefined;
  /** The process whose resource it was; only for the stage `resource`. */
  readonly process?: string | undefined;
  /** The name of the resource; only for the stage `resource`. */
  readonly resource?: string | undefined;
  /** What was done with the resource; only for the stage `resource`. */
  readonly action?: ResourceAction | undefined;
}

/** Everything that happens in a run, as a closed union. */
export type RunEvent =
  | RunStarted
  | StepStarted
  | StepRetrying
  | StepEnded
  | RunPaused
  | RunResumed
  | RunStopping
  | ProcessEnded
  | RunEnded
  | InternalError;

/** The name of an event. */
export type RunEventName = RunEvent['type'];

/** The event of a name; all of them for `'*'`. */
export type RunEventOf<Name extends RunEventName | '*'> = Name extends '*' ? RunEvent : Extract<RunEvent, { readonly type: Name }>;
