import type { ProcessOutcome, RunOutcome } from './outcome.ts';
import type { WorkedStatus } from './callbacks.ts';

/** One execution of a flow, as its record shows it. */
export interface FlowRecord {
  /** The id of the run. */
  readonly runId: string;
  /** The name of the flow. */
  readonly flow: string;
  /** `running` when it is inserted, how it ended when it is updated. */
  readonly status: 'running' | RunOutcome;
  /** When it began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** When it ended, in milliseconds since the epoch; `undefined` when it is inserted. */
  readonly endedAt: number | undefined;
}

/** One execution of a process, as its record shows it. */
export interface ProcessRecord extends Omit<FlowRecord, 'status'> {
  /** The name of the process. */
  readonly process: string;
  /** `running` when it is inserted, how it ended when it is updated. */
  readonly status: 'running' | ProcessOutcome;
}

/** One execution of a step, as its record shows it. */
export interface StepRecord extends Omit<FlowRecord, 'status'> {
  /** The step's path. */
  readonly path: string;
  /** The name of the step's process. */
  readonly process: string;
  /** The step's name. */
  readonly step: string;
  /** `running` when it is inserted, how it ended when it is updated. */
  readonly status: 'running' | WorkedStatus;
  /** What it failed with, if it did. */
  readonly error: Error | undefined;
}

/** Where the records of one kind go. What a hook throws is an `internal-error` event of stage `persist`; the run goes on. */
export interface RecordHooks<Record> {
  /**
   * Called when it begins, before its callbacks; it is waited for. When a recorded run goes on, what had begun is updated and not inserted again; if
   * the process died before `insert` was through, there may be no record: let `update` make one then.
   */
  readonly insert?: ((record: Record) => unknown) | undefined;
  /** Called once when it has ended, after its callbacks; it is waited for, unless a forced stop ends the run without it. Only what has begun is updated. */
  readonly update?: ((record: Record) => unknown) | undefined;
}

/** Where execution records go. Steps that are never at work, and processes that never begin, have none. */
export interface Records {
  /** The records of flows. */
  readonly flow?: RecordHooks<FlowRecord> | undefined;
  /** The records of processes. */
  readonly process?: RecordHooks<ProcessRecord> | undefined;
  /** The records of steps. */
  readonly step?: RecordHooks<StepRecord> | undefined;
}
