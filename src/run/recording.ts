import type { FlowSpec } from '../define/spec.ts';
import type { FlowRun } from './flow-run.ts';

/** Records the runs of a registry; a registry without one records nothing. */
export interface Recording {
  /** The run of this id that is at work here, if there is one. */
  live(runId: string): FlowRun | undefined;
  /** Whether a run at work is one of this flow with this input. */
  isSame(live: FlowRun, flow: FlowSpec, input: unknown): boolean;
  /**
   * Records a run, before it begins. Returns the input that it begins with: that of a strict run is a copy.
   *
   * @throws EncodeError - the input cannot be recorded
   */
  open(run: FlowRun, flow: FlowSpec, input: unknown): unknown;
}
